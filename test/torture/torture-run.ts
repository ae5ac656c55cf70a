import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openDatabase } from '../../src/adapters/database/open-database.ts'
import { createFileImageStore } from '../../src/adapters/files/file-image-store.ts'
import type { Attempt } from '../../src/core/jobs/request-record.ts'
import { nanoFromDollars, sumNano } from '../../src/core/money.ts'
import type { ImageStore } from '../../src/ports/image-store.ts'
import type { Stores } from '../../src/ports/stores.ts'
import { emulators } from '../../src/sandbox/registry.generated.ts'
import { type Sandbox, startSandbox } from '../../src/sandbox/server.ts'
import type { Orders } from './doomed.ts'
import { type KillPoint, mayBeUnknown, type Style, styles } from './kill-points.ts'

/** One death and what came of it. */
export interface Outcome {
  readonly style: Style
  readonly point: KillPoint
  readonly seed: number
  /** Calls of which nobody knows, booked as suspected. */
  readonly unknown: number
  /** Requests that ended with their picture. */
  readonly completed: number
  /** What must never be; empty when nothing was lost or paid twice. */
  readonly flaws: readonly string[]
}

/** Requests that are under way when a process dies. */
const REQUESTS = 3
/** An emulated call takes some hundredths of a second, so that there is time to die in it. */
const SPEED = 200
const doomed = join(import.meta.dirname, 'doomed.ts')

/** Lets a gateway die at a point, lets another one heal, and looks at what is left. */
export async function tortureOnce(style: Style, point: KillPoint, seed: number): Promise<Outcome> {
  const home = await mkdtemp(join(tmpdir(), 'keeprate-torture-'))
  const sandbox = await startSandbox({
    emulators: emulators.filter(({ id }) => id === styles[style].provider),
    speed: SPEED,
    seed: `${style} ${point} ${seed}`,
    detail: 'plain',
  })
  const { provider, model } = styles[style]
  const place = {
    ...{ home, origin: sandbox.origin, baseUrls: { [provider]: sandbox.baseUrl(provider) } },
  }
  try {
    const visit = 1 + (seed % REQUESTS)
    const death = await run({ ...place, doom: { point, visit, model, requests: REQUESTS } })
    const submitted = await submitsSeen(sandbox)
    const healing = await run(place)
    const flaws = [
      ...(death.signal === 'SIGKILL' ? [] : [`it lived on: ${death.errors}`]),
      ...(healing.code === 0 ? [] : [`it did not heal: ${healing.errors}`]),
      ...((await submitsSeen(sandbox)) === submitted ? [] : ['something was bought again']),
    ]
    const left = await lookAt(home, sandbox, mayBeUnknown(style, point))
    return { style, point, seed, ...left, flaws: [...flaws, ...left.flaws] }
  } finally {
    await sandbox.close()
    await rm(home, { recursive: true, force: true })
  }
}

async function run(orders: Orders) {
  const child = spawn(process.execPath, [doomed, JSON.stringify(orders)], {
    env: { PATH: process.env.PATH ?? '', HOME: orders.home },
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

/** Everything that the dead and the healer have left, held against the providers' bill. */
async function lookAt(
  home: string,
  sandbox: Sandbox,
  isUnknownAllowed: boolean,
): Promise<Pick<Outcome, 'unknown' | 'completed' | 'flaws'>> {
  const stores = await openDatabase(join(home, 'keeprate.db'))
  const images = createFileImageStore(home)
  try {
    const records = await stores.requests.list({ tenant: 'torture', limit: 100 })
    const attempts = (
      await Promise.all(records.map(({ id }) => stores.requests.attempts(id)))
    ).flat()
    const unknown = attempts.filter(({ outcome }) => outcome === 'timeout_unknown')
    const made = attempts.filter(({ outcome }) => outcome === 'produced')
    const { heldNano, spentNano } = await stores.ledger.balance('key_torture', 'simulated')
    const bill = sandbox.bill().map(({ dollars }) => nanoFromDollars(dollars))
    const flaws = [
      ...(await stores.ledger.audit()),
      ...(heldNano === 0n ? [] : ['a hold is left open']),
      ...(spentNano === costOf(attempts) ? [] : ['the ledger and the attempts differ']),
      ...(records.some(({ state }) => state === 'running') ? ['a request never ended'] : []),
      ...(attempts.some(({ state }) => state !== 'settled') ? ['a call was not settled'] : []),
      // Each bill is a picture that is there, or a call that is booked as suspected.
      ...(bill.length > made.length + unknown.length ? ['a paid picture was lost'] : []),
      ...(bill.length < made.length ? ['a picture came twice'] : []),
      ...(sumNano(bill) > spentNano ? ['billed more than booked'] : []),
      // Others than the one that was killed in its call may be in theirs: only where calls are
      // long.
      ...(unknown.length === 0 || isUnknownAllowed ? [] : unknownFlaws(unknown)),
      ...(await missingPictures(stores, images, made)),
    ]
    const completed = records.filter(({ state }) => state === 'completed').length
    return { unknown: unknown.length, completed, flaws }
  } finally {
    await stores.close()
  }
}

/** A call that has a job is never unknown: it is polled on. */
const unknownFlaws = (unknown: readonly Attempt[]): readonly string[] =>
  unknown.filter(({ job }) => job !== undefined).map(({ id }) => `the job of ${id} was given up`)

async function missingPictures(
  stores: Stores,
  images: ImageStore,
  made: readonly Attempt[],
): Promise<readonly string[]> {
  const flaws: string[] = []
  for (const { id, requestId } of made) {
    const own = (await stores.requests.images(requestId)).filter(
      ({ attemptId }) => attemptId === id,
    )
    for (const { state, digest } of own) {
      if (state !== 'published') flaws.push(`a picture is ${state}`)
      if ((await images.get(digest)) === undefined) flaws.push('the bytes of a picture are gone')
    }
    if (own.length === 0) flaws.push('a call made no picture')
  }
  return flaws
}

const costOf = (attempts: readonly Attempt[]): bigint =>
  sumNano(attempts.map(({ costNano }) => costNano))
