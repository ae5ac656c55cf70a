import { z } from 'zod'
import { emulated, endpoint, ofServer } from './quality-schema.ts'

const name = z.string().min(1).max(200)

const embedder = z.union(
  [
    emulated,
    z.strictObject({
      folder: z
        .string()
        .min(1)
        .describe('Of a model for texts: tokenizer.json, tokenizer_config.json, onnx/model.onnx'),
    }),
    z.strictObject(endpoint),
  ],
  { error: (issue) => ofServer(issue, 'sandbox, folder') },
)

const similarity = z
  .strictObject({
    max_wrong: z
      .number()
      .gt(0)
      .max(0.5)
      .optional()
      .describe('Share of wrong hits that is borne; by itself it is the consent to this tier'),
    threshold: z
      .number()
      .min(0)
      .max(1)
      .optional()
      .describe('Least cosine of two prompts, as `keeprate cache eval --calibrate` finds it'),
    verify: z
      .number()
      .min(0)
      .max(1)
      .optional()
      .describe('Share of these hits that are made anew all the same, to compare; 0.03'),
  })
  .refine(({ max_wrong, threshold }) => max_wrong !== undefined || threshold !== undefined, {
    message: 'needs max_wrong or threshold',
  })

/** What `cache` of the file may say. */
export const cacheMembers = <Duration extends z.ZodType>(duration: Duration) =>
  z.strictObject({
    ttl: duration
      .optional()
      .describe('How long pictures are served again: seconds, or 30m, 72h, 7d'),
    memory_bytes: z
      .int()
      .min(0)
      .optional()
      .describe('Memory for pictures that are asked for again and again; 0 = none'),
    redis_url: z
      .string()
      .min(1)
      .optional()
      .describe(
        'redis://…, where all replicas keep copies of such pictures and count limits of keys',
      ),
    embedder: embedder.optional().describe('What compares prompts; by their words without it'),
    similarity: similarity.optional().describe('Serves pictures of prompts that are near'),
    input_likeness: z
      .boolean()
      .optional()
      .describe('Knows uploads again that were compressed or scaled on their way; true'),
    pools: z
      .record(name, z.array(name).min(2))
      .optional()
      .describe('Tenants that share one cache, by a name of the pool'),
  })

/** Settings of the cache that stand in the file alone. */
export type CacheSettings = Omit<
  z.infer<ReturnType<typeof cacheMembers>>,
  'ttl' | 'redis_url' | 'memory_bytes'
>

/** Settings of {@link CacheSettings.embedder}. */
export type CacheEmbedderSettings = z.infer<typeof embedder>
