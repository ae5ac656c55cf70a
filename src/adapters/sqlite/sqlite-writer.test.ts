import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, describe, expect, test } from 'vitest'
import { openingFacts } from '../../testing/sample-records.ts'
import { withStores } from '../../testing/with-stores.ts'
import { openStores } from '../database/open-stores.ts'
import { openSqlite } from './open-sqlite.ts'

const folder = mkdtempSync(join(tmpdir(), 'keeprate-writer-'))
afterAll(() => rmSync(folder, { recursive: true }))

const realWorker = JSON.stringify(new URL('./write-worker.ts', import.meta.url).href)

/** The worker, with something that happens before it is told of anything. */
function workerAfter(name: string, before: string): URL {
  const path = join(folder, `${name}.mjs`)
  writeFileSync(path, `${before}\nawait import(${realWorker})\n`)
  return pathToFileURL(path)
}

/** Ends the thread, the first time only, as soon as SQLite is to do what `when` says. */
const dyingOnce = (mark: string, when: string): string => `
  import { existsSync, writeFileSync } from 'node:fs'
  import { DatabaseSync } from 'node:sqlite'
  const mark = ${JSON.stringify(mark)}
  const { exec } = DatabaseSync.prototype
  DatabaseSync.prototype.exec = function (text) {
    const done = exec.call(this, text)
    if (text === ${JSON.stringify(when)} && !existsSync(mark)) {
      writeFileSync(mark, '')
      process.exit(1)
    }
    return done
  }`

describe('a writing thread that dies', () => {
  const unavailable = { code: 'ledger_unavailable', isOutcomeUnknown: true }

  test('before it confirms: nothing is written, and the next commit gets another one', async () => {
    const mark = join(folder, 'mark-before')
    const writer = workerAfter('dying-before', dyingOnce(mark, 'begin immediate'))
    const engine = openSqlite(join(folder, 'before.db'), { writer })
    await withStores(
      () => openStores(engine),
      async ({ journal, requests, ledger }) => {
        await expect(journal.commit(openingFacts('one'))).rejects.toMatchObject(unavailable)
        expect(existsSync(mark)).toBe(true)
        expect(await requests.request('req_one')).toBe(undefined)
        await journal.commit(openingFacts('one'))
        expect(await requests.request('req_one')).toBeDefined()
        expect(await ledger.audit()).toEqual([])
      },
    )
  })

  test('after it confirmed: what is written contradicts its repetition', async () => {
    const mark = join(folder, 'mark-after')
    const writer = workerAfter('dying-after', dyingOnce(mark, 'commit'))
    const engine = openSqlite(join(folder, 'after.db'), { writer })
    await withStores(
      () => openStores(engine),
      async ({ journal, requests }) => {
        await expect(journal.commit(openingFacts('one'))).rejects.toMatchObject(unavailable)
        expect(await requests.request('req_one')).toBeDefined()
        await expect(journal.commit(openingFacts('one'))).rejects.toHaveProperty('contradiction')
      },
    )
  })

  test('at its start: every commit that waits for it hears so', async () => {
    const writer = workerAfter('broken', "throw new Error('no thread today')")
    const engine = openSqlite(join(folder, 'broken.db'), { writer })
    await withStores(
      () => openStores(engine),
      async ({ journal }) => {
        const commits = ['one', 'two'].map((name) => journal.commit(openingFacts(name)))
        for (const { status } of await Promise.allSettled(commits)) expect(status).toBe('rejected')
        await expect(journal.commit(openingFacts('three'))).rejects.toMatchObject(unavailable)
      },
    )
  })
})

test('a defect in the writing thread comes back as what it is', async () => {
  const engine = openSqlite(join(folder, 'defect.db'))
  await withStores(
    () => openStores(engine),
    async () => {
      const broken = { rows: undefined } as never
      await expect(engine.write([broken])).rejects.toThrow(TypeError)
    },
  )
})

test('after the end nothing is written', async () => {
  const engine = openSqlite(join(folder, 'closed.db'))
  await engine.close()
  await expect(engine.write([])).rejects.toThrow('closed')
})
