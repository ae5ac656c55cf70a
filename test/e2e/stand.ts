import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as pause } from 'node:timers/promises'
import pg from 'pg'

/** The folder of the repository. */
export const root = resolve(import.meta.dirname, '../..')

/** The program as `npm start` runs it. */
export const source = join(root, 'src/cli/main.ts')

/** The program that is tested: the same source, linked by link-program.ts, where that ran. */
export const main = process.env.KEEPRATE_LINKED_PROGRAM ?? source

/** A program of ours that printed its ready line. */
export interface Running {
  readonly ready: Readonly<Record<string, unknown>>
  readonly process: ChildProcess
  /** Everything it wrote to standard error. */
  log(): string
  /** Ends it by its id and waits until it is gone; SIGTERM drains, SIGKILL does not ask. */
  stop(signal?: NodeJS.Signals): Promise<number | null>
}

/**
 * Environment without what a developer's shell may hold: no vendor keys, no settings. Few look at
 * what is in a picture; for the others it is drawn with little work.
 */
const bareEnvironment = {
  PATH: process.env.PATH ?? '',
  HOME: process.env.HOME ?? '',
  KEEPRATE_SANDBOX_DETAIL: 'plain',
}

/**
 * Starts `keeprate <words> --json` and waits for the JSON of its ready line.
 * @param file the program, when it is another one than that of most tests.
 */
export async function startProgram(
  words: readonly string[],
  environment: Readonly<Record<string, string>>,
  file = main,
): Promise<Running> {
  const child = spawn(process.execPath, [file, ...words, '--json'], {
    cwd: environment.KEEPRATE_HOME ?? root,
    env: { ...bareEnvironment, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let errors = ''
  child.stderr.on('data', (chunk) => {
    errors += String(chunk)
  })
  const exited = once(child, 'exit').then(([code]) => code as number | null)
  const ready = await Promise.race([
    firstJson(child),
    exited.then((code) => {
      throw new Error(`the program ended with ${code}: ${errors}`)
    }),
  ])
  return {
    ready,
    process: child,
    log: () => errors,
    stop: async (signal = 'SIGTERM') => {
      child.kill(signal)
      return exited
    },
  }
}

/** How a program of ours ended. */
export interface Ended {
  readonly code: number | null
  readonly output: string
  readonly errors: string
}

/** A program that should end by itself is ended after this time. */
const RUN_LIMIT_MS = 60_000

/** Runs `keeprate <words>` to its end, in its home. */
export async function runProgram(
  words: readonly string[],
  environment: Readonly<Record<string, string>>,
  death?: AbortSignal,
): Promise<Ended> {
  const child = spawn(process.execPath, [main, ...words], {
    cwd: environment.KEEPRATE_HOME ?? root,
    env: { ...bareEnvironment, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: RUN_LIMIT_MS,
    killSignal: 'SIGKILL',
  })
  death?.addEventListener('abort', () => child.kill('SIGKILL'))
  const texts = { output: '', errors: '' }
  child.stdout.on('data', (chunk) => {
    texts.output += String(chunk)
  })
  child.stderr.on('data', (chunk) => {
    texts.errors += String(chunk)
  })
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, ...texts }
}

/** `--json` prints one indented object; its last line is the first `}` at the margin. */
async function firstJson(child: ChildProcess): Promise<Record<string, unknown>> {
  if (child.stdout === null) throw new TypeError('no standard output')
  let text = ''
  for await (const line of createInterface(child.stdout)) {
    text += `${line}\n`
    if (line === '}') return JSON.parse(text) as Record<string, unknown>
  }
  throw new Error(`no ready line: ${text}`)
}

/** A gateway process with its own home. */
export interface Stand extends Running {
  readonly url: string
  readonly key: string
  readonly home: string
}

/** How a gateway is started. */
export interface StandOptions {
  readonly database?: Database
  readonly home?: string
  /** Text of its keeprate.yaml. */
  readonly config?: string
  readonly environment?: Readonly<Record<string, string>>
}

/** A home folder of its own for one test. */
export const makeHome = (): Promise<string> => mkdtemp(join(tmpdir(), 'keeprate-e2e-'))

/** Starts a gateway as a user would, on a free port, the sandbox at high speed. */
export async function startStand(options: StandOptions = {}): Promise<Stand> {
  const home = options.home ?? (await makeHome())
  if (options.config !== undefined) await writeFile(join(home, 'keeprate.yaml'), options.config)
  const databaseUrl = options.database?.url
  const running = await startProgram(['serve'], {
    KEEPRATE_HOME: home,
    KEEPRATE_PORT: '0',
    KEEPRATE_LOG_LEVEL: 'warn',
    KEEPRATE_SANDBOX_SPEED: '2000',
    ...(databaseUrl === undefined ? {} : { KEEPRATE_DATABASE_URL: databaseUrl }),
    ...options.environment,
  })
  const key = options.environment?.KEEPRATE_ADMIN_KEY ?? String(running.ready.key)
  return { ...running, url: String(running.ready.url), key, home }
}

/** Stops a gateway and removes its home. */
export async function clearStand(stand: Stand): Promise<void> {
  await stand.stop()
  await rm(stand.home, { recursive: true, force: true })
}

/** Where a gateway under test keeps its records; undefined address = SQLite in its home. */
export interface Database {
  readonly name: 'SQLite' | 'PostgreSQL'
  readonly url?: string
  drop(): Promise<void>
}

/** The databases that the same end-to-end suite runs on. PostgreSQL is required in CI. */
export function databaseKinds(): readonly Database['name'][] {
  if (process.env.KEEPRATE_TEST_DATABASE_URL !== undefined) return ['SQLite', 'PostgreSQL']
  if (process.env.CI === 'true') throw new Error('KEEPRATE_TEST_DATABASE_URL is required in CI')
  return ['SQLite']
}

/** An empty database of a kind, for one test file. */
export async function makeDatabase(name: Database['name']): Promise<Database> {
  if (name === 'SQLite') return { name, drop: async () => undefined }
  const server = process.env.KEEPRATE_TEST_DATABASE_URL ?? ''
  const database = `keeprate_e2e_${randomUUID().replaceAll('-', '')}`
  await onServer(server, `create database ${database}`)
  const url = new URL(server)
  url.pathname = `/${database}`
  const drop = () => onServer(server, `drop database if exists ${database} with (force)`)
  return { name, url: url.href, drop }
}

async function onServer(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}

/** Between two asks: without it, those who wait take the processor from what they wait for. */
const PAUSE_MS = 10

/** Asks again and again until the answer is good. */
export async function until<Value>(
  ask: () => Promise<Value | undefined>,
  limitMs = 60_000,
): Promise<Value> {
  const end = performance.now() + limitMs
  while (performance.now() < end) {
    const value = await ask()
    if (value !== undefined) return value
    await pause(PAUSE_MS)
  }
  throw new Error(`not within ${limitMs} ms`)
}
