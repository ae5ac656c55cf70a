import { readdir, readFile } from 'node:fs/promises'
import { z } from 'zod'
import { failureClasses } from '../core/errors/provider-failure.ts'
import type { JsonObject } from '../core/json.ts'
import { qualities } from '../core/request/image-request.ts'
import { operations } from '../core/request/operation.ts'

const headers = z.record(
  z.string().regex(/^[a-z0-9-]+$/, 'header names are lower case'),
  z.string(),
)
const count = z.number().int().nonnegative()

/** What the recorded answer must be read as; absent members are not checked. */
const expectation = z.strictObject({
  /** For streams: how the last event that is not ignored is read. */
  outcome: z.enum(['produced', 'failed', 'submitted', 'pending', 'partial']),
  /** Class of the failure. */
  class: z.enum(failureClasses).optional(),
  billed: z.union([z.boolean(), z.literal('unknown')]).optional(),
  /** Number of pictures, with bytes or as links. */
  images: count.optional(),
  /** Classes of the pictures that were withheld. */
  withheld: z.array(z.enum(failureClasses)).optional(),
  /** Number of partial pictures of a stream. */
  partials: count.optional(),
  /** Members of the reported usage. */
  usage: z.custom<JsonObject>((value) => typeof value === 'object' && value !== null).optional(),
  reported_dollars: z.string().optional(),
  /** What `auto` became: `WxH`. */
  size: z.string().optional(),
  quality: z.enum(qualities).optional(),
  retry_after_ms: count.optional(),
  check_after_ms: count.optional(),
  provider_code: z.string().optional(),
  provider_request_id: z.string().optional(),
  job_id: z.string().optional(),
  seed: z.number().optional(),
  /** Words that the failure's message holds. */
  message: z.string().optional(),
})

/** Recorded answers are cut to what matters, and hold no secrets. */
const fixtureSchema = z
  .strictObject({
    /** A sentence: what this answer shows. Title of its test. */
    name: z.string().min(1),
    /** Where the shape was read: an address, or the words that name a document. */
    source: z.string().min(1),
    read_at: z.iso.date(),
    /** `answer` = to a submit or a synchronous call; `event` = a stream; `poll` = to a poll. */
    kind: z.enum(['answer', 'event', 'poll']),
    status: z.number().int().min(100).max(599).default(200),
    headers: headers.default({}),
    /** JSON, with pictures as base64 text, or any other body as text. */
    body: z.unknown().optional(),
    /** A body that is no text, such as a picture. */
    body_base64: z.base64().optional(),
    /** Id of the model that was called. */
    model: z.string(),
    /** What was asked; one generated picture unless said otherwise. */
    call: z
      .strictObject({
        operation: z.enum(operations).default('generate'),
        n: z.number().int().positive().default(1),
        prompt: z.string().default('a red cup on a table'),
        partial_images: count.optional(),
      })
      .prefault({}),
    /** The job whose poll was answered; only for `poll`. */
    job: z
      .strictObject({
        id: z.string(),
        poll_url: z.string(),
        facts: z
          .custom<JsonObject>((value) => typeof value === 'object' && value !== null)
          .default({}),
      })
      .optional(),
    expect: expectation,
  })
  .refine((fixture) => (fixture.kind === 'poll') === (fixture.job !== undefined), {
    path: ['job'],
    message: 'stands in polls, and only there',
  })

/** A recorded answer of a provider and what it must be read as. */
export type Fixture = z.output<typeof fixtureSchema>

/** The body as it went over the wire. */
export function bodyOf(fixture: Fixture): Uint8Array {
  const { body, body_base64: encoded } = fixture
  if (encoded !== undefined) return Buffer.from(encoded, 'base64')
  if (typeof body === 'string') return Buffer.from(body)
  return Buffer.from(body === undefined ? '' : JSON.stringify(body))
}

/** The headers as they went over the wire; the type follows from the body unless it is given. */
export function headersOf(fixture: Fixture): Record<string, string> {
  const { kind, body, body_base64: encoded } = fixture
  const isText = typeof body === 'string' || encoded !== undefined
  const type = kind === 'event' ? 'text/event-stream' : isText ? 'text/plain' : 'application/json'
  return { 'content-type': type, ...fixture.headers }
}

/**
 * Reads all `*.json` files of a folder. A file holds one fixture or a list of them.
 * @throws Error that names the file and the member at fault.
 */
export async function readFixtures(folder: URL): Promise<readonly Fixture[]> {
  const base = folder.href.endsWith('/') ? folder : new URL(`${folder.href}/`)
  const names = (await readdir(base)).filter((name) => name.endsWith('.json')).sort()
  const files = await Promise.all(
    names.map(async (name) => {
      const content: unknown = JSON.parse(await readFile(new URL(name, base), 'utf8'))
      const rows: readonly unknown[] = Array.isArray(content) ? content : [content]
      return rows.map((row) => readFixture(name, row))
    }),
  )
  return files.flat()
}

function readFixture(file: string, row: unknown): Fixture {
  const result = fixtureSchema.safeParse(row)
  if (result.success) return result.data
  const issues = result.error.issues.map((issue) => [...issue.path, issue.message].join(': '))
  throw new Error(`fixture ${file}: ${issues.join('; ')}`)
}
