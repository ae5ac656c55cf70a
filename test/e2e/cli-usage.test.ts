import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Commands, makeCommands } from './commands.ts'
import { exchange, jsonOf } from './exchange.ts'
import { startStand } from './stand.ts'

interface Usage {
  readonly book: string
  readonly data: readonly Readonly<Record<string, unknown>>[]
  readonly total: Readonly<Record<string, unknown>>
}

interface Reconciled {
  readonly agrees: boolean
  readonly rows: readonly Readonly<Record<string, unknown>>[]
  readonly problems: readonly { readonly line: number; readonly message: string }[]
  readonly lines_left_out: number
}

const MODEL = 'gpt-image-1-mini'
let commands: Commands
let usage: Usage
let day: string

beforeAll(async () => {
  commands = await makeCommands()
  for (const prompt of ['a cup', 'a pot']) {
    await commands.json(0, 'generate', prompt, '--model', MODEL, '--purpose', '=hero', '-n', '2')
  }
  usage = await commands.json<Usage>(0, 'usage', '--by', 'day,model,purpose')
  day = String(usage.data[0]?.day)
})
afterAll(() => commands.clear())

const file = async (name: string, text: string): Promise<string> => {
  const path = join(commands.home, name)
  await writeFile(path, text)
  return path
}

describe('keeprate usage', () => {
  test('tells what was spent, and that it was simulated', () => {
    expect(usage.book).toBe('simulated')
    expect(usage.data).toEqual([
      expect.objectContaining({ model: MODEL, purpose: '=hero', requests: 2, images: 4 }),
    ])
    expect(usage.total.cost).toBe(usage.data[0]?.cost)
    expect(Number(usage.total.cost)).toBeGreaterThan(0)
  })

  test('as a table it ends with the total', async () => {
    const lines = (await commands.text(0, 'usage', '--by', 'purpose')).trim().split('\n')
    expect(lines[1]).toMatch(/^=hero +2 +0 +4 +0 +\$/)
    expect(lines[2]).toMatch(/^total +2 +0 +4 +0 +\$/)
    expect(lines[3]).toContain('nothing was paid')
  })

  test('as CSV it is safe in a spreadsheet', async () => {
    const [head, row] = (await commands.text(0, 'usage', '--by', 'purpose', '--csv')).split('\n')
    const cells = Object.fromEntries(
      (head ?? '').split(',').map((name, index) => [name, (row ?? '').split(',')[index]]),
    )
    expect(cells).toMatchObject({ purpose: "'=hero", cost: usage.total.cost, requests: '2' })
  })

  test('a bad option is wrong usage, and named', async () => {
    const words = ['usage', '--by', 'mood'] as const
    const { error } = await commands.json<{ error: { param: string } }>(2, ...words)
    expect(error.param).toBe('by')
  })
})

describe('keeprate ledger reconcile', () => {
  const csv = (cost: string, model = MODEL, images = '4'): string =>
    `Model,Date,Images,Cost\n${model},${day},${images},${cost}\n`
  const ours = (): number => Number(usage.total.cost)
  const run = async (code: number, path: string, ...more: readonly string[]) =>
    commands.json<Reconciled>(code, 'ledger', 'reconcile', path, '--provider', 'openai', ...more)

  test('a bill that says the same agrees', async () => {
    const found = await run(0, await file('same.csv', csv(String(ours()))))
    expect(found).toMatchObject({ agrees: true, problems: [], lines_left_out: 0 })
    expect(found.rows).toEqual([
      expect.objectContaining({ day, model: MODEL, verdict: 'agrees', difference: '0' }),
    ])
  })

  test('a bill beyond the tolerance ends with 3, one within it with 0', async () => {
    const path = await file('dearer.csv', csv((ours() * 1.05).toFixed(9)))
    const { rows } = await run(3, path)
    expect(rows[0]).toMatchObject({ verdict: 'differs', difference_percent: '-4.76' })
    await run(0, path, '--tolerance', '5%')
    await run(3, path, '--tolerance', '4.7')
  })

  test('what only one side has is told', async () => {
    const { rows } = await run(3, await file('other.csv', csv('1', 'dall-e-9')))
    expect(rows.map(({ model, verdict }) => [model, verdict])).toEqual([
      ['dall-e-9', 'only_theirs'],
      [MODEL, 'only_ours'],
    ])
    const path = await file('both.csv', `${csv(String(ours()))}gpt-4o,${day},,9\n`)
    expect(await run(0, path, '--models', MODEL)).toMatchObject({ lines_left_out: 1 })
    await run(3, path)
  })

  test('lines that cannot be read are named and make the answer partial', async () => {
    const path = await file('partly.csv', `${csv(String(ours()))}x,soon,1,1\n`)
    const { problems } = await run(4, path)
    expect(problems).toEqual([{ line: 3, message: '"soon" is no day like 2026-11-30' }])
  })

  test("pages of our own in OpenAI's shape agree with the ledger they come from", async () => {
    const stand = await startStand({ home: commands.home })
    try {
      const start = Date.parse(`${day}T00:00:00Z`) / 1000
      for (const path of ['costs?group_by=line_item', 'usage/images?group_by=model']) {
        const answer = await exchange(stand.url, {
          path: `/v1/organization/${path}&start_time=${start}`,
          headers: { authorization: `Bearer ${stand.key}` },
        })
        const name = await file('page.json', JSON.stringify(jsonOf(answer)))
        const words = ['ledger', 'reconcile', name, '--tolerance', '0'] as const
        const found = await commands.json<Reconciled>(0, ...words)
        expect(found.rows).toHaveLength(1)
      }
    } finally {
      await stand.stop()
    }
  })

  test('as CSV it has a line for each row', async () => {
    const path = await file('same.csv', csv(String(ours())))
    const words = ['ledger', 'reconcile', path, '--provider', 'openai', '--csv'] as const
    const lines = (await commands.text(0, ...words)).trim().split('\n')
    expect(lines[0]).toBe(
      'day,model,verdict,their_images,our_images,their_cost,our_cost,our_suspected,' +
        'difference,percent',
    )
    expect(lines[1]).toMatch(new RegExp(`^${day},${MODEL},agrees,4,4,`))
  })

  test('a bad file, no provider and a bad tolerance are wrong usage, and named', async () => {
    const path = await file('same.csv', csv('1'))
    const cases = [
      ['file', join(commands.home, 'none.csv'), '--provider', 'openai'],
      ['provider', path],
      ['tolerance', path, '--provider', 'openai', '--tolerance', 'much'],
    ] as const
    for (const [param, ...words] of cases) {
      const all = ['ledger', 'reconcile', ...words] as const
      const { error } = await commands.json<{ error: { param: string } }>(2, ...all)
      expect([words[0], error.param]).toEqual([words[0], param])
    }
  })
})

describe('keeprate ledger check', () => {
  test('books that are right end with 0, what is wrong is told and ends with 1', async () => {
    expect(await commands.json(0, 'ledger', 'check')).toEqual({ ok: true, findings: [] })
    const faults = [
      ["update attempts set cost_nano = 0 where state = 'settled'", 'mistake', 'is booked'],
      ["update attempts set cost_nano = 0 where state = 'settled'", 'doubt', 'at no cost'],
      ['update usage_totals set images = images + 1 where span = 900000', 'mistake', '1 images'],
      ['update holds set closed_at = null', 'doubt', 'is open since'],
      ['update balances set spent_nano = 1', 'mistake', 'balance of'],
    ] as const
    const database = new DatabaseSync(join(commands.home, 'keeprate.db'))
    try {
      for (const [statement, kind, words] of faults) {
        database.exec(statement)
        const found = await commands.json<{
          ok: boolean
          findings: readonly { kind: string; detail: string }[]
        }>(1, 'ledger', 'check')
        expect(found.ok).toBe(false)
        const told = found.findings.filter((one) => one.kind === kind).map(({ detail }) => detail)
        expect(told.join('\n')).toContain(words)
      }
    } finally {
      database.close()
    }
  })
})
