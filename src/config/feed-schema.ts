import { z } from 'zod'

/** A duration: seconds, or with a unit (`30m`, `72h`, `7d`). */
const duration = z.union([
  z.number().int().min(1).max(999_999_999),
  z.string().regex(/^[1-9]\d{0,8}[smhd]?$/, 'must be seconds, or 30m, 72h, 7d'),
])

const everySource = {
  every: duration.optional().describe('How often it is looked at'),
  url: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('Another place for the same list'),
  allow_private: z.boolean().optional().describe('The URL may lie on a private address'),
}

/** A list of prices that others keep. */
const publicFeed = z.strictObject({
  kind: z.enum(['litellm', 'openrouter', 'openai-models']).describe('Which list'),
  ...everySource,
})

/** A list in the form of price rows: by URL, or a file on this machine. */
const ownFeed = z.strictObject({
  kind: z.literal('own').describe('A list in the form of price rows'),
  id: z
    .string()
    .regex(/^[a-z0-9][a-z0-9._-]{0,63}$/, 'must be a short lower-case name')
    .describe('Name of the source in lists, receipts and alerts'),
  ...everySource,
  file: z.string().min(1).optional().describe('A file instead of a URL'),
  trust: z
    .enum(['vendor', 'curated', 'community'])
    .optional()
    .describe('How far it is believed; vendor unless it says otherwise'),
  secret: z.string().min(16).optional().describe('It is signed by HMAC-SHA256 with this secret'),
  public_key: z.string().min(32).optional().describe('It is signed by Ed25519'),
  unsigned: z.boolean().optional().describe('true takes it without a signature'),
})

/** One source of prices. */
export const feedRow = z
  .discriminatedUnion('kind', [publicFeed, ownFeed])
  .superRefine((row, context) => {
    const report = (path: string, message: string): void => {
      context.addIssue({ code: 'custom', path: [path], message })
    }
    if (row.kind !== 'own') return
    if ((row.url === undefined) === (row.file === undefined)) {
      report('url', 'give either url or file')
    }
    const signatures = [row.secret, row.public_key, row.unsigned === true ? true : undefined]
    if (signatures.filter((each) => each !== undefined).length !== 1) {
      report('secret', 'give one of secret, public_key, or unsigned: true')
    }
  })

/** One source of prices, read. */
export type FeedSettings = z.infer<typeof feedRow>
