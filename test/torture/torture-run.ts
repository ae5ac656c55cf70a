import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openDatabase } from '../../src/adapters/database/open-database.ts'
import { createFileImageStore } from '../../src/adapters/files/file-image-store.ts'
import { emulators } from '../../src/sandbox/registry.generated.ts'
import { type Sandbox, startSandbox } from '../../src/sandbox/server.ts'
import { freePort } from '../e2e/free-port.ts'
import { type Database, makeDatabase } from '../e2e/stand.ts'
import type { Defect } from './defects.ts'
import type { Orders } from './doomed.ts'
import { type KillPoint, type Style, styles } from './kill-points.ts'
import { type Leavings, lookAt } from './leavings.ts'

/** One death. */
export interface Death {
  readonly style: Style
  readonly point: KillPoint
  readonly seed: number
  readonly database?: Database['name']
  /** What is broken in the gateway, to see that it is caught. */
  readonly defect?: Defect
}

/** What came of a death; `flaws` is what must never be. */
export interface Outcome extends Death, Leavings {}

/** Requests that are under way when a process dies. */
const REQUESTS = 3
/**
 * An emulated call takes some tenths of a second, so that there is time to die in it. Faster ones
 * would let links expire, and reports be given up, before a healer has started on a busy machine.
 */
const SPEED = 10
const doomed = join(import.meta.dirname, 'doomed.ts')
const compiled = join(tmpdir(), 'keeprate-torture-compiled')

/** Lets a gateway die at a point, lets another one heal, and looks at what is left. */
export async function tortureOnce(death: Death): Promise<Outcome> {
  const { style, point, seed, defect } = death
  const home = await mkdtemp(join(tmpdir(), 'keeprate-torture-'))
  const database = await makeDatabase(death.database ?? 'SQLite')
  const used: readonly string[] = styles[style].providers
  const sandbox = await startSandbox({
    emulators: emulators.filter(({ id }) => used.includes(id)),
    speed: SPEED,
    seed: `${style} ${point} ${seed}`,
    detail: 'plain',
  })
  const place: Orders = {
    ...{ home, style, origin: sandbox.origin, port: await freePort() },
    baseUrls: Object.fromEntries(used.map((id) => [id, sandbox.baseUrl(id)])),
    ...(database.url === undefined ? {} : { databaseUrl: database.url }),
    ...(defect === undefined ? {} : { defect }),
  }
  try {
    const visit = 1 + (seed % REQUESTS)
    const killed = await run({ ...place, doom: { point, visit, requests: REQUESTS } })
    const submitted = await submitsSeen(sandbox)
    const healing = await run(place)
    const isAgain = (await submitsSeen(sandbox)) !== submitted
    const flaws = [
      ...(killed.signal === 'SIGKILL' ? [] : [`it lived on: ${killed.errors}`]),
      ...(healing.code === 0 ? [] : [`it did not heal: ${healing.errors}`]),
      // Somebody still wants what is in the queue; nobody waits for anything else.
      ...(isAgain && style !== 'queue' ? ['something was bought again'] : []),
    ]
    const left = await look(database.url ?? join(home, 'keeprate.db'), home, sandbox, death)
    return { ...death, ...left, flaws: [...flaws, ...left.flaws] }
  } finally {
    await sandbox.close()
    await database.drop()
    await rm(home, { recursive: true, force: true })
  }
}

async function look(url: string, home: string, sandbox: Sandbox, death: Death): Promise<Leavings> {
  const stores = await openDatabase(url)
  try {
    return await lookAt({ stores, images: createFileImageStore(home), bill: sandbox.bill() }, death)
  } finally {
    await stores.close()
  }
}

async function run(orders: Orders) {
  const child = spawn(process.execPath, [doomed, JSON.stringify(orders)], {
    // Hundreds of processes compile the same files; main.ts keeps what came of it, too.
    env: { PATH: process.env.PATH ?? '', HOME: orders.home, NODE_COMPILE_CACHE: compiled },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let errors = ''
  child.stderr.on('data', (chunk) => {
    errors += String(chunk)
  })
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null]
  return { code, signal, errors: errors.slice(0, 500) }
}

async function submitsSeen({ origin }: Sandbox): Promise<number> {
  const answer = await fetch(`${origin}/__sandbox/requests`)
  const { requests } = (await answer.json()) as { requests: readonly { method: string }[] }
  return requests.filter(({ method }) => method === 'POST').length
}
