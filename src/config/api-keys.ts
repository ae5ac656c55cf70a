import { z } from 'zod'

/** Most keys of one provider. */
const MAX_KEYS = 100

/** The first key's name, also that of a provider with only one: its running jobs stay reachable. */
const FIRST = 'default'

/** One of several keys of a provider. */
export interface ApiKey {
  /** Stands in receipts, metrics and alerts instead of the key. */
  readonly name: string
  readonly key: string
  /** How often it is taken, in proportion to the others'. */
  readonly weight: number
}

const apiKey = z.strictObject({
  key: z.string().min(1).describe('The key; use $NAME in braces, or key_file'),
  name: z
    .string()
    .regex(/^[a-z0-9][a-z0-9_-]{0,31}$/, 'must be a short lower-case name')
    .optional()
    .describe('Stands in receipts and alerts; default, key-2, key-3 … unless it is given'),
  weight: z
    .number()
    .positive()
    .max(1_000)
    .optional()
    .describe('How often it is taken, in proportion to the others; 1 unless it is given'),
})

/** Several keys of one provider, as the file lists them. */
export const apiKeyList = z
  .array(apiKey)
  .min(1)
  .max(MAX_KEYS)
  .superRefine((keys, context) => {
    const report = (index: number, member: 'name' | 'key'): void => {
      const message = `is the same as that of another key`
      context.addIssue({ code: 'custom', path: [index, member], message })
    }
    const named = withNames(keys)
    for (const [index, one] of named.entries()) {
      const earlier = named.slice(0, index)
      if (earlier.some(({ name }) => name === one.name)) report(index, 'name')
      if (earlier.some(({ key }) => key === one.key)) report(index, 'key')
    }
  })

/** The keys of a list with the names and weights that it leaves out. */
export const withNames = (keys: z.input<typeof apiKeyList>): readonly ApiKey[] =>
  keys.map(({ key, name, weight = 1 }, index) => ({
    name: name ?? (index === 0 ? FIRST : `key-${index + 1}`),
    ...{ key, weight },
  }))

/** The keys that a provider is called with; an own server may need none. */
export const keysOf = ({
  apiKey: only,
  apiKeys,
}: {
  readonly apiKey?: string
  readonly apiKeys?: readonly ApiKey[]
}): readonly ApiKey[] => apiKeys ?? [{ name: FIRST, key: only ?? '', weight: 1 }]
