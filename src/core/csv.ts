/** One record of a CSV file. */
export interface CsvRecord {
  /** Line on which it begins, from 1. */
  readonly line: number
  readonly cells: readonly string[]
}

/** A text that is no CSV. */
export class CsvError extends Error {
  readonly line: number

  constructor(line: number, message: string) {
    super(message)
    this.name = 'CsvError'
    this.line = line
  }
}

/**
 * Reads CSV as RFC 4180 has it: cells in quotes may hold separators, line breaks and doubled
 * quotes; lines end in LF or CRLF. Empty lines are left out.
 * @throws CsvError where a quote is opened and never closed, or closed too early.
 */
export function* parseCsv(text: string, separator: string): Generator<CsvRecord> {
  let at = 0
  let line = 1
  while (at < text.length) {
    const begun = line
    const cells: string[] = []
    for (;;) {
      const cell = text[at] === '"' ? readQuoted(text, at, line) : readPlain(text, at, separator)
      cells.push(cell.value)
      line += cell.breaks
      at = cell.end
      if (text[at] !== separator) break
      at += 1
    }
    if (text[at] === '\r') at += 1
    if (at < text.length && text[at] !== '\n') {
      throw new CsvError(line, 'a cell goes on after its closing quote')
    }
    at += 1
    line += 1
    if (cells.length > 1 || cells[0] !== '') yield { line: begun, cells }
  }
}

interface Cell {
  readonly value: string
  /** Where what follows the cell begins. */
  readonly end: number
  /** Line breaks inside of it. */
  readonly breaks: number
}

function readPlain(text: string, from: number, separator: string): Cell {
  let end = from
  while (end < text.length && text[end] !== separator && text[end] !== '\n') end += 1
  const isCrLf = text[end] === '\n' && text[end - 1] === '\r' && end > from
  if (isCrLf) end -= 1
  return { value: text.slice(from, end), end, breaks: 0 }
}

function readQuoted(text: string, from: number, line: number): Cell {
  let value = ''
  let at = from + 1
  for (;;) {
    const quote = text.indexOf('"', at)
    if (quote === -1) throw new CsvError(line, 'a quote is opened and never closed')
    value += text.slice(at, quote)
    at = quote + 1
    if (text[at] !== '"') return { value, end: at, breaks: value.split('\n').length - 1 }
    value += '"'
    at += 1
  }
}

const NUMBER_PATTERN = /^-?\d+(\.\d+)?$/

/**
 * Prints CSV that a spreadsheet takes for what it is: a text that begins like a formula gets an
 * apostrophe before it, because formulas can call out (OWASP, CSV injection).
 */
export const printCsv = (rows: readonly (readonly string[])[]): string =>
  rows.map((row) => row.map(printCell).join(',')).join('\n')

function printCell(value: string): string {
  const isFormula = /^[=+\-@\t\r]/.test(value) && !NUMBER_PATTERN.test(value)
  const safe = isFormula ? `'${value}` : value
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
