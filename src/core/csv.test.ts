import { describe, expect, test } from 'vitest'
import { fc } from '../testing/fast-check.ts'
import { CsvError, parseCsv, printCsv } from './csv.ts'

const cellsOf = (text: string, separator = ','): readonly (readonly string[])[] =>
  [...parseCsv(text, separator)].map(({ cells }) => cells)

test('cells in quotes hold separators, line breaks and doubled quotes', () => {
  expect(cellsOf('a,"b,c"\r\n"d\ne","f""g"\n')).toEqual([
    ['a', 'b,c'],
    ['d\ne', 'f"g'],
  ])
})

test('a record is named by the line on which it begins', () => {
  const records = [...parseCsv('a\n"b\nb"\n\nc', ',')]
  expect(records.map(({ line, cells }) => [line, cells[0]])).toEqual([
    [1, 'a'],
    [2, 'b\nb'],
    [5, 'c'],
  ])
})

test.each([
  ['a\n"b', 2],
  ['a\n\n"b"c,d', 3],
])('%j is no CSV, and the line is told', (text, line) => {
  try {
    cellsOf(text)
    expect.unreachable()
  } catch (error) {
    expect(error).toBeInstanceOf(CsvError)
    expect(error).toMatchObject({ line })
  }
})

test('what is printed is read back, but for the apostrophe before a formula', () => {
  const row = fc.array(fc.string({ unit: 'grapheme' }), { minLength: 2, maxLength: 4 })
  fc.assert(
    fc.property(fc.array(row, { minLength: 1, maxLength: 5 }), (rows) => {
      const read = cellsOf(printCsv(rows))
      const plain = read.map((cells) => cells.map((cell) => cell.replace(/^'(?=[=+\-@\t\r])/, '')))
      const given = rows.map((cells) => cells.map((cell) => cell.replace(/^'(?=[=+\-@\t\r])/, '')))
      expect(plain).toEqual(given)
    }),
  )
})

describe('a spreadsheet', () => {
  test.each(['=1+1', '+1+1', '-1+1', '@SUM(A1)', '\t=1', '\r=1', '=HYPERLINK("x";"y")'])(
    'takes %j for a text',
    (text) => {
      const printed = printCsv([[text]])
      expect(printed.replace(/^"/, '').startsWith("'")).toBe(true)
    },
  )

  test.each(['-0.5', '0', '12.000000001', '-3'])('takes %j for a number', (text) => {
    expect(printCsv([[text]])).toBe(text)
  })
})
