import { describe, expect, test } from 'vitest'
import { GatewayError } from '../errors/gateway-error.ts'
import { readAmount, readDay } from './bill.ts'
import { readCsvBill } from './read-csv-bill.ts'
import { readOpenaiBill } from './read-openai-bill.ts'

const refusalOf = (read: () => unknown): string => {
  try {
    read()
  } catch (error) {
    if (GatewayError.isInstance(error) && error.param === 'file') return error.message
    throw error
  }
  throw new Error('nothing was refused')
}

describe('an amount', () => {
  test.each([
    ['0.04', 40_000_000n],
    ['$1,234.50', 1_234_500_000_000n],
    ['-0.5', -500_000_000n],
    ['4e-7', 400n],
    ['1.5E+2', 150_000_000_000n],
    ['0.0000000005', 1n],
  ])('%j is read', (text, nano) => {
    expect(readAmount(text)).toBe(nano)
  })

  test.each(['', 'free', '0,04', '1,23', '1e999', '=1+1', 'NaN', '0x10', '1.2.3', '9'.repeat(40)])(
    '%j is none',
    (text) => {
      expect(readAmount(text)).toBeUndefined()
    },
  )
})

describe('a day', () => {
  test.each([
    ['2026-11-30', '2026-11-30'],
    ['2026-11-30T23:59:59Z', '2026-11-30'],
    ['2026-11-30 23:30:00 UTC', '2026-11-30'],
    ['2026-11-30T23:30:00-01:00', '2026-12-01'],
    ['1796083200', '2026-12-01'],
  ])('%j is %s', (text, day) => {
    expect(readDay(text)).toBe(day)
  })

  test.each(['', '30.11.2026', '03/04/2026', '2026-02-30', '2026-11-30Tnoon', '20261130'])(
    '%j is none',
    (text) => {
      expect(readDay(text)).toBeUndefined()
    },
  )
})

describe('CSV', () => {
  test('columns are found in any order and any case, others are left aside', () => {
    const text = 'Cost,note,MODEL,Images,Date\n0.04,"a, b",gpt-image-1,2,2026-11-30\n'
    expect(readCsvBill(text)).toEqual({
      lines: [
        { line: 2, day: '2026-11-30', model: 'gpt-image-1', images: 2n, costNano: 40_000_000n },
      ],
      problems: [],
    })
  })

  test.each([';', '\t'])('the separator may be %j', (separator) => {
    const text = `${['date', 'cost'].join(separator)}\n${['2026-11-30', '1'].join(separator)}`
    expect(readCsvBill(text).lines).toEqual([
      { line: 2, day: '2026-11-30', model: '', costNano: 1_000_000_000n },
    ])
  })

  test('each line that cannot be read is named, and the others are counted', () => {
    const text = [
      'date,model,images,cost',
      'yesterday,m,1,1',
      '2026-11-30,m,one,1',
      '2026-11-30,m,1,one',
      '2026-11-30,m',
      '2026-11-30,m,1,1',
    ].join('\n')
    const { lines, problems } = readCsvBill(text)
    expect(lines.map(({ line }) => line)).toEqual([6])
    expect(problems).toEqual([
      { line: 2, message: '"yesterday" is no day like 2026-11-30' },
      { line: 3, message: '"one" is no number of images' },
      { line: 4, message: '"one" is no amount of dollars like 0.04' },
      { line: 5, message: 'there is neither a cost nor a number of images' },
    ])
  })

  test.each([
    ['', 'empty'],
    ['model,cost\nm,1', 'date'],
    ['date,model\n2026-11-30,m', 'cost or images'],
    ['date,cost,Cost\n', 'two columns cost'],
    ['date,cost\n2026-11-30,"1', 'Line 2'],
  ])('%j is refused', (text, words) => {
    expect(refusalOf(() => readCsvBill(text))).toContain(words)
  })
})

describe("OpenAI's pages", () => {
  const startTime = Date.UTC(2026, 10, 30) / 1000
  const pageOf = (...results: readonly unknown[]) => ({
    object: 'page',
    data: [{ object: 'bucket', start_time: startTime, end_time: startTime + 86_400, results }],
    has_more: false,
    next_page: null,
  })
  const costs = (value: unknown, more: object = {}) => ({
    object: 'organization.costs.result',
    amount: { value, currency: 'usd' },
    line_item: 'gpt-image-1, image output',
    project_id: null,
    ...more,
  })
  const images = { object: 'organization.usage.images.result', images: 3, model: 'dall-e-3' }

  test('costs and images, as numbers and as texts', () => {
    const page = pageOf(costs(0.06), costs('0.0000001'), images)
    expect(readOpenaiBill(JSON.stringify(page))).toEqual({
      lines: [
        { line: 1, day: '2026-11-30', model: 'gpt-image-1, image output', costNano: 60_000_000n },
        { line: 2, day: '2026-11-30', model: 'gpt-image-1, image output', costNano: 100n },
        { line: 3, day: '2026-11-30', model: 'dall-e-3', images: 3n },
      ],
      problems: [],
    })
  })

  test('a list of pages and a page a line are read as one bill', () => {
    const page = pageOf(costs(1))
    const asList = readOpenaiBill(JSON.stringify([page, page]))
    const asLines = readOpenaiBill(`${JSON.stringify(page)}\n${JSON.stringify(page)}\n`)
    expect(asList.lines).toHaveLength(2)
    expect(asLines).toEqual(asList)
  })

  test('a result that cannot be read is named and not counted', () => {
    const euros = { ...costs(1), amount: { value: 1, currency: 'eur' } }
    const page = pageOf(costs(1), euros, { object: 'other' }, null, costs('much'))
    const { lines, problems } = readOpenaiBill(JSON.stringify(page))
    expect(lines).toHaveLength(1)
    expect(problems.map(({ line }) => line)).toEqual([2, 3, 4, 5])
    expect(problems[0]?.message).toContain('not in US dollars')
  })

  test.each(['{}', '[]', '{"object":"list","data":[]}', '{"object":"page"', '[1]', 'null'])(
    '%s is refused',
    (text) => {
      expect(refusalOf(() => readOpenaiBill(text))).toMatch(/no page|no JSON/)
    },
  )
})
