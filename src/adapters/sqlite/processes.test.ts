import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { pathToFileURL } from 'node:url'
import { afterAll, describe, expect, test } from 'vitest'
import { withStores } from '../../testing/with-stores.ts'
import { openDatabase } from '../database/open-database.ts'

const folder = mkdtempSync(join(tmpdir(), 'keeprate-processes-'))
afterAll(() => rmSync(folder, { recursive: true }))

const imports = `
  const at = (path) => import(new URL(path, ${JSON.stringify(import.meta.url)}))
  const { openSqlite } = await at('./open-sqlite.ts')
  const { openStores } = await at('../database/open-stores.ts')
  const { openingFacts, closingFacts } = await at('../../testing/sample-records.ts')
`

/** Runs a program in a process of its own, which talks by lines on its standard output. */
const start = (program: string, ...given: readonly string[]): ChildProcess =>
  spawn(process.execPath, ['--input-type=module', '--eval', imports + program, ...given], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })

interface Ended {
  readonly lines: readonly string[]
  readonly code: number | null
  readonly signal: string | null
}

async function ended(child: ChildProcess): Promise<Ended> {
  const exit = new Promise<Pick<Ended, 'code' | 'signal'>>((resolve) =>
    child.on('exit', (code, signal) => resolve({ code, signal })),
  )
  const output = child.stdout === null ? '' : await text(child.stdout)
  return { lines: output.split('\n').filter((line) => line !== ''), ...(await exit) }
}

/** Commits lives and tells of each once it is acknowledged. */
const committer = `
  const [path, name] = process.argv.slice(1)
  const stores = await openStores(openSqlite(path))
  await Promise.all(Array.from({ length: 4 }, async (_, lane) => {
    for (let index = 0; index < 10; index += 1) {
      const each = name + '_' + lane + '_' + index
      await stores.journal.commit(openingFacts(each))
      await stores.journal.commit(closingFacts(each))
      console.log(each)
    }
  }))
  await stores.close()
`

/** The same without an end; the worker given last writes. */
const endlessCommitter = `
  const { writeSync } = await import('node:fs')
  const [path, name, worker] = process.argv.slice(1)
  const stores = await openStores(openSqlite(path, { writer: new URL(worker) }))
  await Promise.all(Array.from({ length: 8 }, async (_, lane) => {
    for (let index = 0; ; index += 1) {
      const each = name + '_' + lane + '_' + index
      await stores.journal.commit(openingFacts(each))
      await stores.journal.commit(closingFacts(each))
      writeSync(1, each + '\\n')
    }
  }))
`

/**
 * The worker, but it kills its process in the middle of the 30th group: some of its statements
 * have run, others have not, and nothing has been confirmed.
 */
const dyingWorker = `
  import { DatabaseSync, StatementSync } from 'node:sqlite'
  const { exec } = DatabaseSync.prototype
  const { run } = StatementSync.prototype
  let groups = 0
  let statements = 0
  DatabaseSync.prototype.exec = function (text) {
    if (text.startsWith('begin')) [groups, statements] = [groups + 1, 0]
    return exec.call(this, text)
  }
  StatementSync.prototype.run = function (...values) {
    statements += 1
    if (groups === 30 && statements === 3) process.kill(process.pid, 'SIGKILL')
    return run.call(this, ...values)
  }
  await import(${JSON.stringify(new URL('./write-worker.ts', import.meta.url).href)})
`

/** Commits once and forgets to close. */
const forgetfulCommitter = `
  const [path, name] = process.argv.slice(1)
  const stores = await openStores(openSqlite(path))
  await stores.journal.commit(openingFacts(name))
  console.log(name)
`

describe('SQLite: processes', () => {
  test('three that open one new file at once all write, and the books are right', async () => {
    const path = join(folder, 'shared', 'keeprate.db')
    const children = ['a', 'b', 'c'].map((name) => ended(start(committer, path, name)))
    const all = await Promise.all(children)
    expect(all.map(({ code }) => code)).toEqual([0, 0, 0])
    const names = all.flatMap(({ lines }) => lines)
    expect(names).toHaveLength(120)
    await withStores(
      () => openDatabase(path),
      async ({ requests, ledger }) => {
        for (const name of names) {
          expect(await requests.request(`req_${name}`)).toMatchObject({ state: 'completed' })
        }
        expect(await ledger.balance('key_a', 'real')).toEqual({
          spentNano: 120n * 30_000_000n,
          heldNano: 0n,
        })
        expect(await ledger.audit()).toEqual([])
      },
    )
  })

  test('one killed in the middle of a group loses nothing it had acknowledged', async () => {
    const path = join(folder, 'killed', 'keeprate.db')
    const worker = join(folder, 'dying-worker.mjs')
    writeFileSync(worker, dyingWorker)
    const child = start(endlessCommitter, path, 'x', pathToFileURL(worker).href)
    const { lines, signal } = await ended(child)
    expect(signal).toBe('SIGKILL')
    expect(lines.length).toBeGreaterThanOrEqual(8)
    await withStores(
      () => openDatabase(path),
      async ({ requests, ledger, journal }) => {
        for (const name of lines) {
          expect(await requests.request(`req_${name}`)).toMatchObject({ state: 'completed' })
          expect(await requests.images(`req_${name}`)).toHaveLength(1)
        }
        expect(await ledger.audit()).toEqual([])
        await journal.commit([])
      },
    )
  })

  test('one that forgets to close ends all the same and keeps what it acknowledged', async () => {
    const path = join(folder, 'forgetful', 'keeprate.db')
    const { lines, code } = await ended(start(forgetfulCommitter, path, 'x'))
    expect({ lines, code }).toEqual({ lines: ['x'], code: 0 })
    await withStores(
      () => openDatabase(path),
      async ({ requests }) => expect(await requests.request('req_x')).toBeDefined(),
    )
  })
})
