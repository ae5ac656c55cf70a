import { writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Commands, makeCommands } from './commands.ts'

const LITELLM = resolve(import.meta.dirname, '../data/litellm/image-prices.json')

let commands: Commands
beforeAll(async () => {
  commands = await makeCommands()
})
afterAll(() => commands.clear())

interface Report {
  readonly applied: boolean
  readonly counts: Readonly<Record<string, number>>
  readonly taken: readonly { readonly key: string; readonly row: { readonly offer: string } }[]
  readonly held: readonly { readonly reasons: readonly { readonly code: string }[] }[]
  readonly needless: readonly { readonly disagrees: boolean; readonly is_too_low: boolean }[]
  readonly skipped: readonly { readonly code: string; readonly text: string }[]
  readonly changes: readonly { readonly id: string }[]
}
interface Changes {
  readonly changes: readonly { readonly id: string; readonly kind: string }[]
}

describe('price import litellm', () => {
  const report = (...words: readonly string[]) =>
    commands.json<Report>(0, 'price', 'import', 'litellm', LITELLM, ...words)

  test('says what would become of every row, and writes only with --apply', async () => {
    const dry = await report()
    expect(dry.applied).toBe(false)
    expect(dry.counts).toEqual({
      taken: dry.taken.length,
      held: dry.held.length,
      needless: dry.needless.length,
      disagreeing: dry.needless.filter(({ disagrees }) => disagrees).length,
      skipped: dry.skipped.length,
      changes: dry.changes.length,
    })
    for (const rows of [dry.taken, dry.held, dry.needless, dry.skipped]) {
      expect(rows.length).toBeGreaterThan(10)
    }
    expect(dry.skipped.every(({ code, text }) => code !== '' && text !== '')).toBe(true)
    expect(dry.held.every(({ reasons }) => reasons.length > 0)).toBe(true)
    const list = () => commands.json<Changes>(0, 'price', 'changes', '--limit', '200')
    expect((await list()).changes).toEqual([])

    const applied = await report('--apply')
    expect(applied).toMatchObject({ applied: true, counts: dry.counts })
    const ids = (changes: readonly { readonly id: string }[]) => changes.map(({ id }) => id).sort()
    expect(ids((await list()).changes)).toEqual(ids(applied.changes))
    expect((await report()).changes).toEqual([])
  })

  test('tells people the counts first, then each row with its reason', async () => {
    const text = await commands.text(0, 'price', 'import', 'litellm', LITELLM)
    const lines = text.split('\n')
    expect(lines[0]).toMatch(/^\d+ taken, \d+ held, \d+ needless, \d+ disagreeing, \d+ skipped, /)
    expect(lines.filter((line) => line.startsWith('skipped ')).length).toBeGreaterThan(10)
    expect(text).toMatch(/^needless .+the book has openai\/\S+ generate/m)
    expect(text).toContain('Nothing was written; --apply takes it.')
  })

  test('refuses what is no such list', async () => {
    const [text, empty] = ['text.json', 'empty.json'].map((name) => join(commands.home, name))
    await writeFile(text ?? '', 'prices')
    await writeFile(empty ?? '', '{"gpt-5": {"mode": "chat"}}')
    for (const path of [text, empty, join(commands.home, 'nowhere.json'), commands.home]) {
      const words = ['price', 'import', 'litellm', path ?? '', '--apply']
      const { error } = await commands.json<{ readonly error: object }>(2, ...words)
      expect(error).toMatchObject({ code: 'invalid_request', param: 'file' })
    }
    const other = await commands.run('price', 'import', 'helicone', LITELLM)
    expect([other.code, other.errors]).toEqual([2, expect.stringContaining('choices are litellm')])
  })
})

describe('price diff', () => {
  const bookOf = (...prices: readonly (readonly [string, string])[]): string =>
    JSON.stringify({
      book: 'ours',
      prices: prices.map(([offer, usd]) => ({
        offer,
        operation: 'generate',
        components: [{ kind: 'per_image', usd }],
        valid_from: usd === '0.01' ? '2026-01-01' : '2026-11-01',
        source: { url: 'urn:contract:17', read_at: '2026-11-01', confidence: 'high' },
      })),
    })

  test('tells kind, offer and percent of all that differs', async () => {
    const [old, next] = ['old.json', 'new.json'].map((name) => join(commands.home, name))
    const stays = ['acme/same', '0.01'] as const
    await writeFile(old ?? '', bookOf(['acme/up', '0.01'], ['acme/gone', '0.01'], stays))
    await writeFile(next ?? '', bookOf(['acme/up', '0.015'], ['acme/fresh', '0.02'], stays))
    const words = ['price', 'diff', old ?? '', next ?? '']
    const found = await commands.json<Changes & { readonly counts: object }>(0, ...words)
    expect(found.counts).toEqual({ appeared: 1, disappeared: 1, raised: 1 })
    expect(found.changes).toMatchObject([
      { kind: 'appeared', offer: 'acme/fresh', operation: 'generate', percent: '' },
      { kind: 'disappeared', offer: 'acme/gone' },
      { kind: 'raised', offer: 'acme/up', percent: '+50 %' },
    ])
    const text = await commands.text(0, ...words)
    expect(text).toMatch(/^1 appeared, 1 disappeared, 1 raised\nkind +offer/)
    expect(text).toMatch(/^raised +acme\/up +generate +\+50 % +\d{4}-\d\d-\d\d$/m)
  })

  test('takes books by name, and a book does not differ from itself', async () => {
    const { changes } = await commands.json<Changes>(0, 'price', 'diff', 'articles-2026-06', 'live')
    expect(changes.length).toBeGreaterThan(50)
    expect(await commands.text(0, 'price', 'diff', 'live', 'live')).toBe('No price differs.\n')
    const { error } = await commands.json<{ readonly error: { readonly code: string } }>(
      2,
      ...['price', 'diff', 'live', 'nowhere.json'],
    )
    expect(error.code).toBe('config')
  })
})
