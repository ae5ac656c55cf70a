import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { PricePart } from '../core/pricebook/layers.ts'
import { sampleRow, usdOf } from '../testing/sample-prices.ts'
import { VirtualClock } from '../testing/virtual-clock.ts'
import { openBookShelf, refuseBroken } from './book-shelf.ts'
import { problemText } from './read-book.ts'

let folder = ''
let path = ''
let logged: string[] = []
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'keeprate-books-'))
  path = join(folder, 'own.json')
  logged = []
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const note = (level: string) => (_fields: object, message: string) => {
  logged.push(`${level} ${message}`)
}
const log = { debug: note('debug'), info: note('info'), warn: note('warn'), error: note('error') }
let writes = 0

/** Writes the book; its time moves on, as it does when somebody saves. */
function write(usd: string, at = path): void {
  const text = usd === '' ? '{' : JSON.stringify({ book: 'own', prices: [sampleRow(usd)] })
  writeFileSync(at, text)
  writes += 1
  utimesSync(at, 1_000 + writes, 1_000 + writes)
}

const open = (clock = new VirtualClock(), paths = [path]) =>
  openBookShelf({
    paths,
    knownOffers: new Set(['acme/painter']),
    clock,
    log,
    pause: () => Promise.resolve(),
  })
const pricesIn = (parts: readonly PricePart[]) =>
  parts.flatMap(({ rows }) => rows.map((row) => usdOf(row)))

test('a book is read at start, under its own name', async () => {
  write('0.02')
  const shelf = await open()
  expect(shelf.parts()).toMatchObject([{ name: 'own', rows: [{ offer: 'acme/painter' }] }])
  expect(() => refuseBroken(shelf)).not.toThrow()
})

test('books stand in the order of the settings', async () => {
  const other = join(folder, 'other.json')
  write('0.02')
  write('0.03', other)
  expect(pricesIn((await open(undefined, [other, path])).parts())).toEqual(['0.03', '0.02'])
})

test('a file that is no book at start is refused with every place', async () => {
  write('')
  const shelf = await open()
  expect(() => refuseBroken(shelf)).toThrow(`${path}:1:`)
  expect(shelf.parts()).toEqual([])
})

test('a file that has not changed is not read again', async () => {
  write('0.02')
  const shelf = await open()
  expect(await shelf.look()).toBe(false)
  expect(logged).toEqual(['info price book read'])
})

test('a file that was broken leaves the earlier book in force until it is good again', async () => {
  write('0.02')
  const shelf = await open()
  write('')
  expect(await shelf.look()).toBe(false)
  expect(pricesIn(shelf.parts())).toEqual(['0.02'])
  const [state] = shelf.books()
  expect(state?.problems.map(problemText)[0]).toContain(`${path}:1:`)
  expect(logged.slice(1)).toEqual(['error price book', 'error the earlier price book stays'])
  write('0.03')
  expect(await shelf.look()).toBe(true)
  expect(pricesIn(shelf.parts())).toEqual(['0.03'])
  expect(shelf.books()[0]?.problems).toEqual([])
})

test('a file that was deleted leaves its book in force', async () => {
  write('0.02')
  const shelf = await open()
  rmSync(path)
  expect(await shelf.look()).toBe(false)
  expect(pricesIn(shelf.parts())).toEqual(['0.02'])
  expect(shelf.books()[0]?.problems[0]?.reason).toContain('cannot be read')
})

test('a shelf that is watched tells of each change within seconds', async () => {
  const clock = new VirtualClock()
  write('0.02')
  const shelf = await open(clock)
  const told: (readonly (string | undefined)[])[] = []
  const stop = new AbortController()
  const next = (): Promise<void> => {
    const before = told.length
    return (async () => {
      while (told.length === before) await clock.advance(1_000)
    })()
  }
  shelf.watch(async (parts) => {
    told.push(pricesIn(parts))
  }, stop.signal)
  write('0.03')
  await next()
  write('0.05')
  await next()
  stop.abort()
  expect(told).toEqual([['0.03'], ['0.05']])
  await clock.advance(0)
  expect(clock.sleeping).toBe(0)
})
