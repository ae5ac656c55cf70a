/** Starting the gateway as a user would: `keeprate serve` with a config file and a home folder. */
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { request } from 'undici'
import { type Spawned, startNode } from './children.ts'
import { UPSTREAM_KEY } from './exchange.ts'

/** The key the load generator uses. */
export const ADMIN_KEY = 'sk-keeprate-bench-admin'

/** A gateway that has said it is ready. */
export interface Gateway {
  readonly port: number
  readonly pid: number
  stop(): Promise<void>
}

const REPOSITORY = fileURLToPath(new URL('..', import.meta.url))
const ENTRY = 'src/cli/main.ts'
const READY_LIMIT_MS = 30_000
const READY_EVERY_MS = 25
const LOG_KEPT = 2_000

/** What the gateway may see of our environment: no provider's key, so nobody real is called. */
const PASSED_ON = ['PATH', 'HOME', 'TMPDIR', 'LANG', 'SystemRoot'] as const

/** Whether the gateway's command is there at all. */
export function hasGateway(): boolean {
  return existsSync(join(REPOSITORY, ENTRY))
}

/** Starts the gateway in an empty home, with the emulated upstream as its only provider. */
export async function startGateway(place: {
  readonly upstreamPort: number
  readonly home: string
}): Promise<Gateway> {
  mkdirSync(place.home, { recursive: true })
  const configPath = join(place.home, 'keeprate.yaml')
  const logPath = join(place.home, 'serve.log')
  const port = await freePort()
  writeFileSync(configPath, configText(place.upstreamPort))
  const log = openSync(logPath, 'a')
  const spawned = startNode([ENTRY, 'serve'], {
    cwd: REPOSITORY,
    stdio: ['ignore', log, log],
    env: {
      ...Object.fromEntries(PASSED_ON.map((name) => [name, process.env[name]])),
      NODE_ENV: 'production',
      KEEPRATE_HOME: place.home,
      KEEPRATE_CONFIG: configPath,
      KEEPRATE_PORT: String(port),
      KEEPRATE_ADMIN_KEY: ADMIN_KEY,
      // The upstream has no batches of its own.
      KEEPRATE_BATCH_SERVICES: 'off',
    },
  })
  closeSync(log)
  await untilReady(spawned, port, logPath)
  return { port, pid: spawned.pid, stop: () => spawned.stop() }
}

/** JSON is YAML, so nothing has to be quoted by hand. */
function configText(upstreamPort: number): string {
  const openai = {
    api_key: UPSTREAM_KEY,
    base_url: `http://127.0.0.1:${upstreamPort}/v1`,
    allow_private: true,
  }
  return `${JSON.stringify({ providers: { openai } }, null, 2)}\n`
}

async function untilReady(spawned: Spawned, port: number, logPath: string): Promise<void> {
  const deadline = performance.now() + READY_LIMIT_MS
  while (performance.now() < deadline && !spawned.hasEnded()) {
    if (await isReady(port)) return
    await delay(READY_EVERY_MS)
  }
  await spawned.stop()
  throw new Error(
    `The gateway did not get ready:\n${readFileSync(logPath, 'utf8').slice(-LOG_KEPT)}`,
  )
}

async function isReady(port: number): Promise<boolean> {
  try {
    const { statusCode, body } = await request(`http://127.0.0.1:${port}/readyz`)
    await body.dump()
    return statusCode === 200
  } catch {
    return false // nobody listens yet
  }
}

/** A port nobody has now; the gateway is told its port and cannot choose one itself. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo
      server.close(() => resolve(port))
    })
  })
}
