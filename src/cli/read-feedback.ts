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

/**
 * Reads JSON lines, or CSV whose first row names the columns: verdicts have `id` and `accepted`,
 * and any of `score`, `reason`, `rater`; figures of the business have `id`, `value` and `baseline`.
 * @throws GatewayError that names the line.
 */
export function readFeedback(
  text: string,
  path: string,
  rater: string,
): readonly (GivenVerdict | GivenFigure)[] {
  const rows = text.trimStart().startsWith('{') ? jsonRows(text, path) : csvRows(text, path)
  return rows.map(({ line, value }) => {
    const isFigure = typeof value === 'object' && value !== null && 'value' in value
    const read = (isFigure ? figureSchema : verdictSchema).safeParse(value)
    if (!read.success) {
      const [issue] = read.error.issues
      const place = issue?.path.join('.') ?? ''
      throw invalid('file', `${path}:${line}: ${place}: ${issue?.message ?? ''}.`)
    }
    const { id: subject, ...row } = read.data
    return 'value' in row ? { subject, ...row } : { subject, ...toVerdict(row, rater) }
  })
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
  readonly value: unknown
}

function jsonRows(text: string, path: string): readonly Row[] {
  const lines = text.split('\n')
  if (lines.length > MAX_ROWS) throw invalid('file', `${path} has more than ${MAX_ROWS} lines.`)
  return lines.flatMap((line, index): readonly Row[] => {
    if (line.trim() === '') return []
    try {
      return [{ line: index + 1, value: JSON.parse(line) as unknown }]
    } catch {
      throw invalid('file', `${path}:${index + 1}: this line is no JSON.`)
    }
  })
}

function csvRows(text: string, path: string): readonly Row[] {
  try {
    const [head, ...records] = [...parseCsv(text, ',')]
    if (head === undefined) throw invalid('file', `${path} is empty.`)
    if (records.length > MAX_ROWS) throw invalid('file', `${path} has more than ${MAX_ROWS} rows.`)
    const names = head.cells.map((cell) => cell.trim())
    return records.map(({ line, cells }) => ({
      line,
      value: Object.fromEntries(names.map((name, index) => [name, cells[index] ?? ''])),
    }))
  } catch (error) {
    if (error instanceof CsvError) throw invalid('file', `${path}:${error.line}: ${error.message}.`)
    throw error
  }
}
