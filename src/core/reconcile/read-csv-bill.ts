import { CsvError, type CsvRecord, parseCsv } from '../csv.ts'
import { invalid } from '../errors/gateway-error.ts'
import {
  type Bill,
  type BillLine,
  type BillProblem,
  readAmount,
  readCount,
  readDay,
  readModel,
} from './bill.ts'

/** Columns that are read, by the names that exports give them. */
const NAMES = {
  date: ['date', 'day'],
  model: ['model'],
  images: ['images'],
  cost: ['cost'],
} as const
type Column = keyof typeof NAMES

/** More lines than any month of one provider has by day and model. */
const MAX_LINES = 1_000_000

/**
 * Reads a bill from CSV: the columns date and cost or images, and model where there is one, in any
 * order; others are left aside. A line that cannot be read is a problem and is not counted.
 * @throws GatewayError naming `file` when the columns are not there or it is no CSV.
 */
export function readCsvBill(text: string): Bill {
  const head = text.slice(0, text.indexOf('\n') === -1 ? undefined : text.indexOf('\n'))
  const records = parseCsv(text, separatorOf(head))
  const lines: BillLine[] = []
  const problems: BillProblem[] = []
  let columns: Readonly<Record<Column, number>> | undefined
  let count = 0
  try {
    for (const record of records) {
      count += 1
      if (count > MAX_LINES) throw invalid('file', `The file has more than ${MAX_LINES} lines.`)
      if (columns === undefined) columns = findColumns(record)
      else {
        const read = readLine(record, columns)
        if ('message' in read) problems.push(read)
        else lines.push(read)
      }
    }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error
    throw invalid('file', `Line ${error.line}: ${error.message}.`)
  }
  if (columns === undefined) throw invalid('file', 'The file is empty.')
  return { lines, problems }
}

/** Spreadsheets write semicolons or tabs where the comma is taken. */
const separatorOf = (head: string): string =>
  [',', ';', '\t'].reduce((best, next) =>
    head.split(next).length > head.split(best).length ? next : best,
  )

function findColumns({ cells }: CsvRecord): Readonly<Record<Column, number>> {
  const head = cells.map((cell) => cell.trim().toLowerCase())
  const indexOf = (column: Column): number => {
    const found = head.flatMap((name, index) =>
      NAMES[column].some((known) => known === name) ? [index] : [],
    )
    if (found.length > 1) throw invalid('file', `The file has two columns ${column}.`)
    return found[0] ?? -1
  }
  const columns = {
    date: indexOf('date'),
    model: indexOf('model'),
    images: indexOf('images'),
    cost: indexOf('cost'),
  }
  if (columns.date !== -1 && (columns.cost !== -1 || columns.images !== -1)) return columns
  const has = head.map((name) => name.slice(0, 40)).slice(0, 20)
  throw invalid(
    'file',
    `The first line must name the columns date, and cost or images; it has ${has.join(', ')}.`,
  )
}

function readLine(
  { line, cells }: CsvRecord,
  columns: Readonly<Record<Column, number>>,
): BillLine | BillProblem {
  const cellOf = (column: Column): string => cells[columns[column]]?.trim() ?? ''
  const day = readDay(cellOf('date'))
  if (day === undefined)
    return { line, message: `${told(cellOf('date'))} is no day like 2026-11-30` }
  const [images, cost] = [cellOf('images'), cellOf('cost')]
  const counted = images === '' ? undefined : readCount(images)
  if (images !== '' && counted === undefined) {
    return { line, message: `${told(images)} is no number of images` }
  }
  const costNano = cost === '' ? undefined : readAmount(cost)
  if (cost !== '' && costNano === undefined) {
    return { line, message: `${told(cost)} is no amount of dollars like 0.04` }
  }
  if (counted === undefined && costNano === undefined) {
    return { line, message: 'there is neither a cost nor a number of images' }
  }
  return {
    line,
    day,
    model: readModel(cellOf('model')),
    ...(counted === undefined ? {} : { images: counted }),
    ...(costNano === undefined ? {} : { costNano }),
  }
}

const told = (text: string): string => JSON.stringify(text.slice(0, 40))
