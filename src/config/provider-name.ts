/** Names of providers are parts of offers' names and of paths. */
const NAME = /^[a-z0-9][a-z0-9_-]{0,59}$/

/** What is wrong with the name or the kind of a provider in the configuration. */
export interface ProviderNameProblem {
  readonly text: string
  /** Whether it is the kind that must be corrected, and not the name. */
  readonly isOfKind: boolean
}

/** Looks at a provider's name and kind; undefined when they say which provider is meant. */
export function providerNameProblem(
  name: string,
  kind: unknown,
  kinds: readonly string[],
): ProviderNameProblem | undefined {
  const known = kinds.join(', ')
  if (kind === undefined) {
    if (kinds.includes(name)) return undefined
    const text = `no such provider; there are ${known}. A name of your own needs one as its kind`
    return { text, isOfKind: false }
  }
  if (typeof kind !== 'string' || !kinds.includes(kind)) {
    return { text: `no such kind; there are ${known}`, isOfKind: true }
  }
  if (kinds.includes(name) && name !== kind) {
    const text = `${name} is the name of another kind; choose a name of your own`
    return { text, isOfKind: false }
  }
  if (NAME.test(name)) return undefined
  const text = 'a name has lower-case letters, digits, - and _, 60 of them at most'
  return { text, isOfKind: false }
}
