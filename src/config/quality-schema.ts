import { z } from 'zod'
import { positiveRateSchema } from '../core/pricing/decimal.ts'
import { twinRules } from '../core/quality/twins.ts'

const rate = z.union([positiveRateSchema, z.number().positive()])

/** A server that speaks OpenAI's API, and what it charges. */
export const endpoint = {
  url: z
    .url({ protocol: /^https?$/ })
    .describe('Root of an OpenAI-compatible API, such as https://api.openai.com/v1'),
  model: z.string().min(1).max(200).describe('Model that is asked'),
  api_key: z.string().min(1).optional().describe('Its key; use $NAME in braces, or api_key_file'),
  price: z
    .union([
      z.literal('free'),
      z.strictObject({
        input: rate.describe('Dollars per million tokens that go in'),
        output: rate.optional().describe('Dollars per million tokens that come out'),
      }),
      z.strictObject({ call: rate.describe('Dollars for each call, whatever its length') }),
    ])
    .describe('What it charges; free for a server of your own. Nothing is asked without a price'),
  allow_private: z.boolean().optional().describe('The URL may lie on a private address'),
  timeout: z.number().int().min(1).max(600).optional().describe('Seconds for one answer; 30'),
}

const temperature = z
  .literal('own')
  .optional()
  .describe('own sends none, for models that take no other than theirs')

/** The emulated tool of the sandbox, which knows the hidden truth about emulated pictures. */
export const emulated = z.literal('sandbox')

/**
 * Says what is wrong with the settings of a server; else a choice between them and one word only
 * says that neither fits.
 */
export const ofServer = (issue: ServerIssue, others = 'sandbox'): string => {
  const choices = (Array.isArray(issue.errors) ? issue.errors : []) as readonly ServerFlaws[]
  const flaw = choices.at(-1)?.find(({ path }) => path.length > 0)
  const words = flaw === undefined ? '' : `: ${flaw.path.join('.')}: ${flaw.message}`
  return `write ${others}, or url, model and price of a server${words}`
}
interface ServerIssue {
  readonly code?: string
  readonly errors?: unknown
}
type ServerFlaws = readonly { readonly path: readonly PropertyKey[]; readonly message: string }[]

/** What `keeprate.yaml` may say of the tools that gates look with. */
export const qualitySettings = z.strictObject({
  tesseract: z
    .union([
      z.boolean(),
      z.strictObject({
        program: z.string().min(1).max(400).optional().describe('A path, or a name on the PATH'),
        languages: z
          .array(z.string().regex(/^[A-Za-z0-9_/-]{1,40}$/, 'must be a name such as eng or deu'))
          .min(1)
          .max(10)
          .optional()
          .describe('Language data that is tried together; eng'),
      }),
    ])
    .optional()
    .describe('Reads texts in pictures; true uses the program tesseract where it is installed'),
  near_duplicates: z
    .enum(twinRules)
    .optional()
    .describe('Pictures of one answer that hardly differ: report (usual), replace once, or off'),
  judge: z
    .union(
      [
        emulated,
        z.strictObject({
          ...endpoint,
          temperature,
        }),
      ],
      { error: (issue) => ofServer(issue) },
    )
    .optional()
    .describe('A model that sees, for judge gates; sandbox is an emulated one'),
  embedder: z
    .union(
      [
        emulated,
        z.strictObject({
          folder: z
            .string()
            .min(1)
            .max(1_000)
            .describe('Of a CLIP model: tokenizer, preprocessor_config.json, onnx/*_model.onnx'),
        }),
        z.strictObject({
          ...endpoint,
          pictures: z
            .enum(['messages', 'objects'])
            .describe('How the server takes pictures: as vLLM (messages) or as Jina AI (objects)'),
        }),
      ],
      { error: (issue) => ofServer(issue, 'sandbox, folder') },
    )
    .optional()
    .describe('A model that makes vectors of pictures, for similarity gates'),
  classifier: z
    .union(
      [
        emulated,
        z.strictObject({
          ...endpoint,
          timeout: z
            .number()
            .min(0.1)
            .max(10)
            .optional()
            .describe('Seconds that a request waits for it at most; 2'),
          per_minute: z
            .number()
            .int()
            .min(1)
            .max(100_000)
            .optional()
            .describe('Prompts that it is asked about in a minute, by each process; 60'),
          temperature,
        }),
      ],
      { error: (issue) => ofServer(issue) },
    )
    .optional()
    .describe('A model that says what prompts are about which the rules cannot tell'),
})

/** The tools of gates, read. */
export type QualitySettings = z.infer<typeof qualitySettings>

/** A server of the settings. */
export type EndpointSettings = z.infer<z.ZodObject<typeof endpoint>>
