import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { rmSync } from 'node:fs'
import { chown, glob, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { Client } from 'pg'
import { run, type User } from '../run.ts'
import type { Installation, RunningService, Service } from './contract.ts'

/** Versions before 14 have reached the end of their support (postgresql.org, read 2026-11-20). */
const LOWEST_MAJOR = 14
const START_LIMIT_MS = 60_000
const STOP_LIMIT_MS = 10_000
const EXIT_GRACE_MS = 300
const POLL_MS = 50
/** A port found free can be taken by somebody else before the server binds it. */
const START_ATTEMPTS = 3

const USER = 'keeprate'
const DATABASE = 'keeprate_test'

/** A private PostgreSQL server, without fsync, for the tests of what runs on many replicas. */
export const postgres: Service = {
  name: 'PostgreSQL',
  variable: 'KEEPRATE_TEST_DATABASE_URL',
  debianPackages: ['postgresql'],
  without: 'The stores are tested on SQLite only; their PostgreSQL tests are left out.',
  find: findPostgres,
  async start(installation) {
    for (let attempt = 1; ; attempt++) {
      try {
        return await startServer(installation)
      } catch (error) {
        if (attempt === START_ATTEMPTS) throw error
      }
    }
  },
}

async function findPostgres(): Promise<Installation | undefined> {
  const found: { folder: string; version: string; major: number }[] = []
  for (const folder of await candidateFolders()) {
    const results = await Promise.all(
      ['initdb', 'postgres'].map((program) => run(join(folder, program), ['--version'])),
    )
    const versions = results.map((result) => /\(PostgreSQL\) (\d+)\S*/.exec(result.output))
    const [initdb, server] = versions
    if (!initdb || !server || initdb[1] !== server[1]) continue
    found.push({ folder, version: server[0].slice(13), major: Number(server[1]) })
  }
  return found.filter(({ major }) => major >= LOWEST_MAJOR).sort((a, b) => b.major - a.major)[0]
}

/** Folders on the PATH and where Debian and Homebrew put the server (not on the PATH). */
async function candidateFolders(): Promise<ReadonlySet<string>> {
  const folders = new Set<string>()
  const patterns = [
    ...(process.env.PATH ?? '').split(delimiter).filter(Boolean),
    '/usr/lib/postgresql/*/bin',
    '/opt/homebrew/opt/postgresql@*/bin',
    '/usr/local/opt/postgresql@*/bin',
  ]
  for (const pattern of patterns) {
    // The server finds its own files from its real place, so links are resolved here.
    for await (const file of glob(join(pattern, 'initdb')))
      folders.add(dirname(await realpath(file)))
  }
  return folders
}

async function startServer(installation: Installation): Promise<RunningService> {
  const user = await serverUser()
  const folder = await mkdtemp(join(tmpdir(), 'keeprate-postgres-'))
  if (user) await chown(folder, user.uid, user.gid)
  const password = randomBytes(16).toString('hex')
  let server: ChildProcess | undefined
  // A crash of this process must not leave the server behind; `stop` is the orderly way.
  const stopAtExit = () => abandonServer(server, folder)
  process.once('exit', stopAtExit)
  const stop = async () => {
    await stopServer(server, folder)
    process.off('exit', stopAtExit)
  }
  try {
    await createCluster(installation, folder, password, user)
    const port = await freePort()
    const log = { text: '' }
    server = spawnServer(installation, folder, port, user, log)
    const urlOf = (database: string) =>
      `postgres://${USER}:${password}@127.0.0.1:${port}/${database}`
    await createDatabase(server, urlOf('postgres'), log)
    return { url: urlOf(DATABASE), stop }
  } catch (error) {
    await stop()
    throw error
  }
}

/** PostgreSQL refuses to run as root; the Debian package brings a user for it. */
async function serverUser(): Promise<User | undefined> {
  if (process.getuid?.() !== 0) return undefined
  const [uid, gid] = await Promise.all([
    run('id', ['-u', 'postgres']),
    run('id', ['-g', 'postgres']),
  ])
  if (uid.exitCode !== 0 || gid.exitCode !== 0) {
    throw new Error('PostgreSQL refuses to run as root, and there is no user `postgres`')
  }
  return { uid: Number(uid.output), gid: Number(gid.output) }
}

/** Only what the server needs: nothing of the caller's settings (PGDATA, PGHOST…) leaks in. */
const serverEnvironment = () => ({ PATH: process.env.PATH, LC_ALL: 'C' })

async function createCluster(
  installation: Installation,
  folder: string,
  password: string,
  user: User | undefined,
): Promise<void> {
  const passwordFile = join(folder, 'password')
  await writeFile(passwordFile, `${password}\n`, { mode: 0o600 })
  if (user) await chown(passwordFile, user.uid, user.gid)
  const result = await run(
    join(installation.folder, 'initdb'),
    [
      `--pgdata=${join(folder, 'data')}`,
      `--username=${USER}`,
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      '--locale=C',
      '--no-sync',
    ],
    { cwd: folder, environment: serverEnvironment(), user },
  )
  if (result.exitCode !== 0) throw new Error(`initdb failed:\n${result.output.trimEnd()}`)
}

/** A loopback port that nobody listens on at this moment. */
async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const address = probe.address()
  probe.close()
  await once(probe, 'close')
  if (address === null || typeof address === 'string') throw new Error('no loopback port is free')
  return address.port
}

function spawnServer(
  installation: Installation,
  folder: string,
  port: number,
  user: User | undefined,
  log: { text: string },
): ChildProcess {
  const settings = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: '200',
    fsync: 'off',
    synchronous_commit: 'off',
    full_page_writes: 'off',
  }
  const server = spawn(
    join(installation.folder, 'postgres'),
    [
      ...['-D', join(folder, 'data'), '-p', String(port)],
      ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    ],
    {
      cwd: folder,
      env: serverEnvironment(),
      stdio: ['ignore', 'ignore', 'pipe'],
      // Ctrl+C reaches the whole process group; the tests must lose their database last.
      detached: true,
      ...user,
    },
  )
  // Kept short: it is read only when the start fails, and drained always.
  server.stderr?.on('data', (chunk: Buffer) => {
    log.text = (log.text + chunk.toString('utf8')).slice(-8_000)
  })
  server.on('error', (error) => {
    log.text += error.message
  })
  return server
}

const hasEnded = (child: ChildProcess) => child.exitCode !== null || child.signalCode !== null

/** Waits until the server answers, then makes the tests' database. */
async function createDatabase(
  server: ChildProcess,
  url: string,
  log: { readonly text: string },
): Promise<void> {
  const deadline = Date.now() + START_LIMIT_MS
  for (;;) {
    const client = new Client({ connectionString: url, connectionTimeoutMillis: START_LIMIT_MS })
    try {
      await client.connect()
      await client.query(`create database ${DATABASE}`)
      return
    } catch (error) {
      const isLate = Date.now() > deadline
      if (server.pid === undefined || hasEnded(server) || isLate) {
        throw new Error(`the server did not start:\n${log.text.trimEnd()}`, { cause: error })
      }
    } finally {
      await client.end().catch(() => undefined)
    }
    await pause(POLL_MS)
  }
}

/** Fast shutdown, then the two harder ways; always ends with the data removed. */
async function stopServer(server: ChildProcess | undefined, folder: string): Promise<void> {
  const isRunning = server?.pid !== undefined && !hasEnded(server)
  const ended = isRunning ? once(server, 'exit') : undefined
  for (const signal of ['SIGINT', 'SIGQUIT', 'SIGKILL'] as const) {
    if (!isRunning || hasEnded(server)) break
    server.kill(signal)
    const limit = new AbortController()
    await Promise.race([
      ended,
      pause(STOP_LIMIT_MS, undefined, { signal: limit.signal }).catch(() => undefined),
    ])
    limit.abort()
  }
  await rm(folder, { recursive: true, force: true })
}

/** The same in an exit handler, which cannot await: the server gets a moment to end by itself. */
function abandonServer(server: ChildProcess | undefined, folder: string): void {
  server?.kill('SIGQUIT')
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, EXIT_GRACE_MS)
  rmSync(folder, { recursive: true, force: true })
}
