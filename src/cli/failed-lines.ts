import type { Keeprate } from '../config/open-keeprate.ts'
import type { Batch } from '../core/jobs/batch.ts'
import { isObject, type JsonObject } from '../core/json.ts'
import { readLines } from '../gateway/read-lines.ts'

/** Lines whose failure is told in words; all are counted. */
const MOST_TOLD = 5
/** Longest message of one of them that is told. */
const MAX_MESSAGE = 300

/** A line of a batch that has no pictures, and why. */
export interface FailedLine {
  readonly custom_id: string
  readonly code: string
  readonly message: string
}

/** Why lines of a batch have no pictures. */
export interface FailedLines {
  /** How many lines by the code of their error, the commonest first. */
  readonly counts: Readonly<Record<string, number>>
  /** Some of them, in the order of the input. */
  readonly first: readonly FailedLine[]
}

/** Reads the error file of a batch that has ended; undefined when it has none. */
export async function readFailedLines(
  { errorFileId, tenant }: Pick<Batch, 'errorFileId' | 'tenant'>,
  { stores, gateway }: Keeprate,
): Promise<FailedLines | undefined> {
  const file = errorFileId === undefined ? undefined : await stores.files.file(errorFileId, tenant)
  if (file === undefined) return undefined
  const counts = new Map<string, number>()
  const first: FailedLine[] = []
  const bytes = gateway.deps.images.read(file.digest, { start: 0, end: file.byteLength - 1 })
  for await (const { text } of readLines(bytes)) {
    const failed = toFailedLine(JSON.parse(text) as JsonObject)
    counts.set(failed.code, (counts.get(failed.code) ?? 0) + 1)
    if (first.length < MOST_TOLD) first.push(failed)
  }
  const sorted = [...counts].toSorted(([, left], [, right]) => right - left)
  return { counts: Object.fromEntries(sorted), first }
}

/** Of a line in OpenAI's form: one that was asked for has a body, one that never was does not. */
function toFailedLine({ custom_id, response, error }: JsonObject): FailedLine {
  const body = isObject(response) && isObject(response.body) ? response.body.error : error
  const { code, message } = isObject(body) ? body : {}
  return {
    custom_id: String(custom_id),
    code: String(code),
    message: String(message).slice(0, MAX_MESSAGE),
  }
}

/** Failed lines for people. */
export const printFailedLines = ({ counts, first }: FailedLines): readonly string[] => {
  const all = Object.values(counts).reduce((sum, count) => sum + count, 0)
  return [
    `without pictures   ${Object.entries(counts)
      .map(([code, count]) => `${count} ${code}`)
      .join(', ')}`,
    ...first.map(({ custom_id, code, message }) => `  ${custom_id}   ${code}: ${message}`),
    ...(all > first.length ? [`  and ${all - first.length} more`] : []),
  ]
}
