import { expect, test } from 'vitest'
import { makeId } from '../core/ids.ts'
import type { KeptNotice } from '../core/notices/delivery.ts'
import { seededRandom, VirtualClock } from '../testing/virtual-clock.ts'
import { hearNotices } from './hear-notices.ts'

/** A table of notices that other processes write, and this one says when it does. */
function openTable() {
  const clock = new VirtualClock()
  const random = seededRandom(1)
  const rows: KeptNotice[] = []
  let look: () => void = () => undefined
  const write = (count = 1, ageMs = 0): readonly string[] =>
    Array.from({ length: count }, () => {
      const at = clock.now() - ageMs
      const notice = { type: 'image.completed', tenant: 'a', at, data: {} }
      const id = makeId('evt', random.bytes(16), at)
      rows.push({ id, notice })
      return id
    })
  const noticesAfter = async ({ after, limit }: { after: string; limit: number }) =>
    rows
      .filter(({ id }) => id > after)
      .toSorted((left, right) => (left.id < right.id ? -1 : 1))
      .slice(0, limit)
  const listen = (called: () => void) => {
    look = called
    return () => undefined
  }
  const hear = (after?: string) => {
    const over = new AbortController()
    const cursor = after === undefined ? {} : { after }
    const hearing = { ...cursor, signal: over.signal }
    const pages = hearNotices(hearing, { notices: { store: { noticesAfter }, listen }, clock })
    const next = async (): Promise<readonly string[]> =>
      ((await pages.next()).value ?? []).map(({ id }) => id)
    /** What comes with the next look at the table. */
    const later = async (): Promise<readonly string[]> => {
      const page = next()
      while (clock.sleeping === 0) await Promise.resolve()
      await clock.advance(500)
      return page
    }
    return { next, later, stop: () => over.abort() }
  }
  return { clock, write, hear, say: () => look() }
}

test('what others write is heard once, also when it comes late with an earlier id', async () => {
  const { write, hear } = openTable()
  write()
  const { next, later } = hear()
  expect(await next()).toEqual([])
  const first = write()
  expect(await later()).toEqual(first)
  const late = write(1, 4_000)
  expect(await later()).toEqual(late)
  expect(await later()).toEqual([])
})

test('what this process writes is heard at once, without a look at the clock', async () => {
  const { write, hear, say } = openTable()
  const { next } = hear()
  await next()
  const own = write(3)
  const page = next()
  say()
  expect((await page).toSorted()).toEqual(own.toSorted())
})

test('after a cut all that was missed comes, whole pages of it', async () => {
  const { clock, write, hear } = openTable()
  const before = write()
  await clock.advance(60_000)
  const [seen = ''] = write()
  const missed = write(1_200)
  await clock.advance(60_000)
  const { next } = hear(seen)
  const heard = [...(await next()), ...(await next()), ...(await next())]
  expect(new Set(heard)).toEqual(new Set(missed))
  expect(heard).toHaveLength(1_200)
  expect(heard).not.toContain(before[0])
})

test('a listener who is told to stop hears nothing more', async () => {
  const { hear } = openTable()
  const { next, stop } = hear()
  await next()
  stop()
  expect(await next()).toEqual([])
})
