import { invalid } from '../errors/gateway-error.ts'
import { requestLimits } from '../request/limits.ts'

/** Whose or what money a budget counts; all but `total` name one of their kind. */
export const scopeKinds = ['total', 'tenant', 'key', 'team', 'tag', 'provider', 'purpose'] as const
/** See {@link scopeKinds}. */
export type ScopeKind = (typeof scopeKinds)[number]

/** Who spends, and for what: what budgets are matched against. */
export interface Spender {
  readonly tenant: string
  readonly keyId: string
  readonly team?: string | undefined
  readonly purpose?: string | undefined
  readonly tags: Readonly<Record<string, string>>
}

/**
 * Reads a scope in the spelling of files and wire: `total`, `key:key_…`, `team:design`,
 * `tag:campaign=spring`, `provider:bfl`, `purpose:hero`. A tag without a value means all its
 * values together.
 * @throws GatewayError naming `scope`.
 */
export function checkScope(text: string): string {
  const { kind, name } = partsOfScope(text)
  if (!scopeKinds.some((known) => known === kind)) {
    throw invalid('scope', `${kind} is no scope; there are ${scopeKinds.join(', ')}.`)
  }
  if (kind === 'total' ? text !== 'total' : name === '') {
    const example = kind === 'total' ? 'total' : `${kind}:name`
    throw invalid('scope', `A scope of this kind is written ${example}.`)
  }
  if (name.length > requestLimits.maxLabelCharacters) {
    throw invalid('scope', `A scope has at most ${requestLimits.maxLabelCharacters} characters.`)
  }
  return text
}

/** The provider whose calls a scope counts; undefined for scopes of whole requests. */
export function providerOf(scope: string): string | undefined {
  const { kind, name } = partsOfScope(scope)
  return kind === 'provider' ? name : undefined
}

/** Whether a budget counts what this spender spends; a provider's counts what goes to it. */
export function counts(scope: string, spender: Spender): boolean {
  const { kind, name } = partsOfScope(scope)
  switch (kind as ScopeKind) {
    case 'total':
    case 'provider':
      return true
    case 'tenant':
      return spender.tenant === name
    case 'key':
      return spender.keyId === name
    case 'team':
      return spender.team === name
    case 'purpose':
      return spender.purpose === name
    case 'tag':
      return hasTag(spender.tags, name)
  }
}

function hasTag(tags: Spender['tags'], name: string): boolean {
  const at = name.indexOf('=')
  const key = at < 0 ? name : name.slice(0, at)
  if (!Object.hasOwn(tags, key)) return false
  return at < 0 || tags[key] === name.slice(at + 1)
}

/** What kind of thing a scope names, and its name; of `total` the name is empty. */
export function partsOfScope(text: string): { readonly kind: string; readonly name: string } {
  const at = text.indexOf(':')
  return at < 0 ? { kind: text, name: '' } : { kind: text.slice(0, at), name: text.slice(at + 1) }
}
