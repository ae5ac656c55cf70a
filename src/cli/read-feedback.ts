import { z } from 'zod'
import { CsvError, parseCsv } from '../core/csv.ts'
import { invalid } from '../core/errors/gateway-error.ts'
import { verdictLimits } from '../core/feedback/verdict.ts'
import type { GivenFigure, GivenVerdict } from '../gateway/feedback-desk.ts'

/** Most verdicts of one file. */
const MAX_ROWS = 1_000_000

const YES = ['true', '1', 'yes', 'accepted', 'accept']
const NO = ['false', '0', 'no', 'rejected', 'reject']

const flag = z.union([z.boolean(), z.string(), z.number()]).transform((value, context) => {
  const word = String(value).trim().toLowerCase()
  if (YES.includes(word)) return true
  if (NO.includes(word)) return false
  context.addIssue({ code: 'custom', message: 'must be true or false' })
  return z.NEVER
})
const optional = <Schema extends z.ZodType>(schema: Schema) =>
  z.preprocess((value) => (value === '' || value === null ? undefined : value), schema.optional())

const id = z.string().min(1).max(100)
const isText = (value: unknown): value is string => typeof value === 'string' && value.trim() !== ''
const figure = z.preprocess((value) => (isText(value) ? Number(value) : value), z.number().min(0))

const figureSchema = z.strictObject({ id, value: figure, baseline: figure })
const verdictSchema = z.strictObject({
  id,
  accepted: flag,
  score: optional(z.coerce.number().min(0).max(1)),
  reason: optional(z.string().max(verdictLimits.maxReasonCharacters)),
  rater: optional(z.string().max(verdictLimits.maxRaterCharacters)),
})

/** What a file says, line by line. */
export interface ReadFeedback {
  readonly given: readonly { readonly line: number; readonly told: GivenVerdict | GivenFigure }[]
  /** Lines that say nothing that can be taken, and why. */
  readonly flaws: readonly { readonly line: number; readonly reason: string }[]
}

/**
 * Reads JSON lines, or CSV whose first row names the columns: verdicts have `id` and `accepted`,
 * and any of `score`, `reason`, `rater`; figures of the business have `id`, `value` and `baseline`.
 * A line that cannot be read spoils no other.
 * @throws GatewayError when the file as a whole is none.
 */
export function readFeedback(text: string, path: string, rater: string): ReadFeedback {
  const rows = text.trimStart().startsWith('{') ? jsonRows(text, path) : csvRows(text, path)
  const read = rows.map((row) => ({ line: row.line, ...readRow(row, rater) }))
  return {
    given: read.flatMap(({ line, told }) => (told === undefined ? [] : [{ line, told }])),
    flaws: read.flatMap(({ line, reason }) => (reason === undefined ? [] : [{ line, reason }])),
  }
}

interface ReadRow {
  readonly told?: GivenVerdict | GivenFigure
  readonly reason?: string
}

function readRow({ value }: Row, rater: string): ReadRow {
  if (value === undefined) return { reason: 'this line is no JSON.' }
  const isFigure = typeof value === 'object' && value !== null && 'value' in value
  const read = (isFigure ? figureSchema : verdictSchema).safeParse(value)
  if (!read.success) {
    const [issue] = read.error.issues
    return { reason: `${[...(issue?.path ?? []), issue?.message ?? ''].join(': ')}.` }
  }
  const { id: subject, ...row } = read.data
  return { told: 'value' in row ? { subject, ...row } : { subject, ...toVerdict(row, rater) } }
}

const toVerdict = (
  { accepted, score, reason, ...row }: Omit<z.output<typeof verdictSchema>, 'id'>,
  rater: string,
): Omit<GivenVerdict, 'subject'> => ({
  ...{ isAccepted: accepted, rater: row.rater ?? rater },
  ...(score === undefined ? {} : { score }),
  ...(reason === undefined ? {} : { reason }),
})

interface Row {
  readonly line: number
  /** Undefined where the line is no JSON. */
  readonly value: unknown
}

function jsonRows(text: string, path: string): readonly Row[] {
  const lines = text.split('\n')
  if (lines.length > MAX_ROWS) throw invalid('file', `${path} has more than ${MAX_ROWS} lines.`)
  return lines.flatMap((line, index): readonly Row[] => {
    if (line.trim() === '') return []
    return [{ line: index + 1, value: jsonOf(line) }]
  })
}

function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}

/** Columns that a file of verdicts, or of figures, must have. */
const HEADS = [
  ['id', 'accepted'],
  ['id', 'value', 'baseline'],
]
const HEAD_WORDS =
  'the first line must name the columns, with commas: id and accepted (and any of score, reason, ' +
  'rater), or id, value and baseline.'

function csvRows(text: string, path: string): readonly Row[] {
  if (text.trimStart().startsWith('[')) {
    throw invalid('file', `${path} must be CSV, or JSON lines: one object each, and no array.`)
  }
  try {
    const [head, ...records] = [...parseCsv(text, ',')]
    if (head === undefined) throw invalid('file', `${path} is empty.`)
    if (records.length > MAX_ROWS) throw invalid('file', `${path} has more than ${MAX_ROWS} rows.`)
    const names = head.cells.map((cell) => cell.trim())
    if (!HEADS.some((needed) => needed.every((name) => names.includes(name)))) {
      throw invalid('file', `${path}:${head.line}: ${HEAD_WORDS}`)
    }
    return records.map(({ line, cells }) => ({
      line,
      value: Object.fromEntries(names.map((name, index) => [name, cells[index] ?? ''])),
    }))
  } catch (error) {
    if (error instanceof CsvError) throw invalid('file', `${path}:${error.line}: ${error.message}.`)
    throw error
  }
}
