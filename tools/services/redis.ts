import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { rmSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { run } from '../run.ts'
import type { Installation, RunningService, Service } from './contract.ts'

/** `GETEX` came with 6.2 (redis.io/docs/latest/commands/getex, read 2026-11-26). */
const LOWEST = [6, 2] as const
const START_LIMIT_MS = 20_000
const STOP_LIMIT_MS = 5_000
const POLL_MS = 20

/** A private Redis that keeps nothing, for the copies of pictures that replicas share. */
export const redis: Service = {
  name: 'Redis',
  variable: 'KEEPRATE_TEST_REDIS_URL',
  debianPackages: ['redis-server'],
  without: 'The shared copies of pictures are not tested; those in memory are.',
  find: findRedis,
  start: startServer,
}

async function findRedis(): Promise<Installation | undefined> {
  for (const folder of (process.env.PATH ?? '').split(delimiter).filter(Boolean)) {
    const { output } = await run(join(folder, 'redis-server'), ['--version'])
    const [, version = '', major, minor] = /v=((\d+)\.(\d+)\S*)/.exec(output) ?? []
    if (major === undefined || minor === undefined) continue
    const isOld = Number(major) * 100 + Number(minor) < LOWEST[0] * 100 + LOWEST[1]
    if (!isOld) return { folder, version }
  }
  return undefined
}

async function startServer({ folder }: Installation): Promise<RunningService> {
  const data = await mkdtemp(join(tmpdir(), 'keeprate-redis-'))
  const password = randomBytes(16).toString('hex')
  const port = await freePort()
  const server = spawn(
    join(folder, 'redis-server'),
    [
      ...['--port', String(port), '--bind', '127.0.0.1', '--dir', data, '--save', ''],
      ...['--appendonly', 'no', '--requirepass', password, '--maxmemory', '64mb'],
    ],
    // Ctrl+C reaches the whole process group; the tests must lose their server last.
    { cwd: data, stdio: ['ignore', 'pipe', 'pipe'], detached: true },
  )
  let log = ''
  const note = (chunk: Buffer) => {
    log = (log + chunk.toString('utf8')).slice(-8_000)
  }
  server.stdout.on('data', note)
  server.stderr.on('data', note)
  server.on('error', (error) => note(Buffer.from(error.message)))
  const stopAtExit = () => {
    server.kill('SIGKILL')
    rmSync(data, { recursive: true, force: true })
  }
  process.once('exit', stopAtExit)
  const stop = async () => {
    await stopServer(server)
    process.off('exit', stopAtExit)
    await rm(data, { recursive: true, force: true })
  }
  const deadline = Date.now() + START_LIMIT_MS
  while (!(await answers(port))) {
    if (Date.now() < deadline && !hasEnded(server)) await pause(POLL_MS)
    else {
      await stop()
      throw new Error(`the server did not start:\n${log.trimEnd()}`)
    }
  }
  return { url: `redis://:${password}@127.0.0.1:${port}`, stop }
}

const hasEnded = (child: ChildProcess) => child.exitCode !== null || child.signalCode !== null

async function stopServer(server: ChildProcess): Promise<void> {
  if (server.pid === undefined || hasEnded(server)) return
  const ended = once(server, 'exit')
  server.kill('SIGTERM')
  const limit = new AbortController()
  const late = pause(STOP_LIMIT_MS, undefined, { signal: limit.signal }).catch(() => undefined)
  await Promise.race([ended, late])
  limit.abort()
  if (!hasEnded(server)) server.kill('SIGKILL')
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

const answers = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    const end = (isThere: boolean) => {
      socket.destroy()
      resolve(isThere)
    }
    socket.once('connect', () => end(true))
    socket.once('error', () => end(false))
  })
