/**
 * How looking for keys and for near prompts grows with what the cache holds. Both are the least of
 * some rounds, so that what else the machine does counts as little as can be: exact ones means of
 * the processor time of this thread; near ones of the clock, because the processor time of a thread
 * is counted in steps of milliseconds.
 */
import { hash } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { openDatabase } from '../src/adapters/database/open-database.ts'
import { MemorySimilarityIndex } from '../src/adapters/similarity/memory-similarity-index.ts'
import { promptForm } from '../src/core/cache/prompt-form/prompt-form.ts'
import { partitionText } from '../src/core/cache/reuse-key.ts'
import { lexicalVector } from '../src/core/cache/similarity/lexical-vector.ts'
import { normaliseRequest } from '../src/core/request/normalise.ts'
import {
  openingFacts,
  sampleCacheEntry,
  sampleImage,
  sampleNow,
  settledFact,
} from '../src/testing/sample-records.ts'
import { spentMs } from './rating.ts'

/** One size. */
export interface GrowthFigure {
  readonly entries: number
  readonly hitUs: number
  readonly missUs: number
}

/** Near prompts among so many. */
export interface NearFigure {
  readonly entries: number
  readonly partitions: number
  readonly largest: number
  readonly p50Ms: number
  readonly p99Ms: number
  /** Longest time that a look-up kept the main thread at once. */
  readonly blockedMs: number
  readonly megabytes: number
}

const LOOKUPS = 5_000
/** Before that: a page of the file costs more when it is touched for the first time. */
const WARM_UP = 60_000
const ROUNDS = 5

/** Time of one exact look-up in SQLite, a hit and a miss, at growing sizes. */
export async function measureExact(sizes: readonly number[]): Promise<readonly GrowthFigure[]> {
  const home = await mkdtemp(join(tmpdir(), 'keeprate-bench-growth-'))
  const path = join(home, 'keeprate.db')
  const stores = await openDatabase(path)
  try {
    await stores.journal.commit([
      ...openingFacts('a'),
      settledFact('a'),
      { kind: 'image-judged', image: sampleImage('a', { state: 'published' }) },
      { kind: 'cache-written', entry: sampleCacheEntry('a', { key: 'k' }) },
    ])
    const figures: GrowthFigure[] = []
    let filled = 0
    for (const entries of sizes) {
      fill(path, filled, entries)
      filled = entries
      const find = (key: string) => stores.cache.find({ key, now: sampleNow + 1, limit: 64 })
      for (let turn = 0; turn < WARM_UP; turn += 1) {
        await find(digestOf(`key ${(turn * 104_729) % entries}`))
      }
      const time = async (numberOf: (turn: number) => number, wanted: number) => {
        let least = Number.POSITIVE_INFINITY
        for (let round = 0; round < ROUNDS; round += 1) {
          // Other keys in each round: what was just looked for is found faster.
          const turns = Array.from({ length: LOOKUPS }, (_, turn) => round * LOOKUPS + turn)
          const keys = turns.map((turn) => digestOf(`key ${numberOf(turn)}`))
          const start = spentMs()
          let found = 0
          for (const key of keys) found += (await find(key)).length
          if (found !== wanted) throw new Error(`${found} found instead of ${wanted}`)
          least = Math.min(least, spentMs() - start)
        }
        return (least / LOOKUPS) * 1_000
      }
      figures.push({
        entries,
        hitUs: await time((turn) => (turn * 7_919) % entries, LOOKUPS),
        missUs: await time((turn) => entries + turn, 0),
      })
    }
    return figures
  } finally {
    await stores.close()
    await rm(home, { recursive: true, force: true })
  }
}

const digestOf = (text: string): string => hash('sha256', text, 'hex')

/**
 * Copies of one picture under as many keys, written past the journal, which is not measured. Keys
 * are scattered as digests are, and ids grow as time does.
 */
function fill(path: string, from: number, to: number): void {
  const database = new DatabaseSync(path)
  database.function('digest', (text) => digestOf(String(text)))
  const columns = (table: string) =>
    database
      .prepare(`select name from pragma_table_info('${table}')`)
      .all()
      .map(({ name }) => String(name))
  const copy = (table: string, changed: Readonly<Record<string, string>>, where: string) => {
    const values = columns(table).map((name) => changed[name] ?? name)
    database.exec(
      `with recursive n(i) as (select ${from} union all select i + 1 from n where i + 1 < ${to})
       insert into ${table} select ${values.join(', ')} from ${table}, n where ${where}`,
    )
  }
  database.exec('pragma foreign_keys = off; begin')
  const id = `printf('img_%010d', i) || substr(digest('picture ' || i), 1, 26)`
  copy('images', { id, position: 'i + 1' }, `id = 'img_a'`)
  copy('cache_entries', { cache_key: `digest('key ' || i)`, image_id: id }, `cache_key = 'k'`)
  database.exec('commit; pragma wal_checkpoint(truncate)')
  database.close()
}

const words = {
  thing: 'lighthouse windmill kettle armchair bicycle teapot lantern violin suitcase fountain',
  colour: 'red blue green yellow white black orange purple brown grey',
  place: 'cliff meadow harbour library kitchen market bridge garden station beach',
  relation: 'on,under,beside,behind,near,above,in front of,left of,across,around',
  style: 'watercolor painting,oil painting,photo,vector illustration,pencil sketch',
  light: ',golden hour,soft lighting,candlelight,moonlight',
}
const pick = (list: string, separator: string, number: number): string => {
  const all = list.split(separator)
  return all[number % all.length] ?? ''
}

/** Prompt number so and so: all differ, and are built in many ways. */
export function benchPrompt(number: number): string {
  const digit = (place: number) => Math.floor(number / 10 ** place) % 10
  const style = pick(words.style, ',', number % 5)
  const light = pick(words.light, ',', Math.floor(number / 5) % 5)
  return (
    `${1 + digit(1)} ${pick(words.colour, ' ', digit(2))} ${pick(words.thing, ' ', digit(3))}s ` +
    `${pick(words.relation, ',', digit(4))} a ${pick(words.place, ' ', digit(5))}, ${style}, ` +
    `${light} named serial${number}`
  )
}

/**
 * Near prompts among many of as many kinds as a shop has, or all in one partition.
 * @param isOne puts all into one partition: the worst case, which a graph answers.
 */
export async function measureNear(entries: number, isOne: boolean): Promise<NearFigure> {
  const before = memory()
  const index = new MemorySimilarityIndex(
    { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} },
    { mostVectors: entries + 1 },
  )
  const place = (number: number) => {
    const prompt = benchPrompt(number)
    const form = promptForm(prompt)
    const request = normaliseRequest({ operation: 'generate', prompt })
    const name = isOne ? 'one' : partitionText(request, { tenant: 'bench' }, form)
    return { name, vector: lexicalVector(form) }
  }
  const sizes = new Map<string, number>()
  for (let number = 0; number < entries; number += 1) {
    const { name, vector } = place(number)
    index.add(name, `key ${number}`, vector)
    sizes.set(name, (sizes.get(name) ?? 0) + 1)
    if (number % 1_000 === 0) await new Promise((next) => setImmediate(next))
  }
  await index.settled()
  const megabytes = (memory() - before) / 1e6
  const times: number[] = []
  let blockedMs = 0
  for (let turn = 0; turn < 1_000; turn += 1) {
    const { name, vector } = place((turn * 7_919) % entries)
    let least = { blocked: Number.POSITIVE_INFINITY, whole: Number.POSITIVE_INFINITY }
    for (let round = 0; round < ROUNDS; round += 1) {
      const start = performance.now()
      const search = index.nearest(name, vector, 8)
      // The first slice runs before the promise is handed out; the others are as long.
      const blocked = performance.now() - start
      await search
      const whole = performance.now() - start
      least = { blocked: Math.min(least.blocked, blocked), whole: Math.min(least.whole, whole) }
    }
    blockedMs = Math.max(blockedMs, least.blocked)
    times.push(least.whole)
  }
  times.sort((a, b) => a - b)
  return {
    ...{ entries, partitions: sizes.size, largest: Math.max(...sizes.values()) },
    p50Ms: times[Math.floor(times.length * 0.5)] ?? Number.NaN,
    p99Ms: times[Math.floor(times.length * 0.99)] ?? Number.NaN,
    ...{ blockedMs, megabytes },
  }
}

/** Memory of this process after what is not needed has gone, in bytes. */
function memory(): number {
  globalThis.gc?.()
  return process.memoryUsage.rss()
}
