/** Processor time of exact hits of 1.5 MB, beside the reference that splices a file. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { request } from 'undici'
import { startScript } from './children.ts'
import { generationBody } from './exchange.ts'
import { ADMIN_KEY, startGateway } from './gateway.ts'
import { pictureBytes } from './pictures.ts'
import { sampleProcess } from './process-sample.ts'
import { median } from './statistics.ts'

const START_LIMIT_MS = 30_000
const WARM_UP = 100

/** One subject in one round. */
interface HitFigure {
  readonly subject: 'spliced-file' | 'exact hit'
  readonly cpuMs: number
  readonly p50Ms: number
}

/** What the rounds came to. */
export interface HitComparison {
  readonly figures: readonly HitFigure[]
  /** Processor time of the gateway by that of the reference, median over the rounds. */
  readonly ratio: number
}

/** Compares in alternating rounds. */
export async function compareHits(rounds: number, hits: number): Promise<HitComparison> {
  const home = await mkdtemp(join(tmpdir(), 'keeprate-bench-cache-'))
  const path = join(home, 'picture.png')
  await writeFile(path, pictureBytes('large', 'answer', 1))
  const upstream = startScript('upstream.ts', { delayMs: 0 })
  const reference = startScript('references/spliced-file.ts', { path })
  const upstreamPort = (await upstream.next<{ port: number }>(START_LIMIT_MS)).port
  const { port } = await reference.next<{ port: number }>(START_LIMIT_MS)
  const gateway = await startGateway({ upstreamPort, home: join(home, 'gateway') })
  try {
    const figures: HitFigure[] = []
    for (let round = 0; round < rounds; round += 1) {
      figures.push(await ask('spliced-file', { port, pid: reference.pid }, hits))
      figures.push(await ask('exact hit', gateway, hits))
    }
    const of = (subject: HitFigure['subject']) =>
      figures.filter((figure) => figure.subject === subject).map(({ cpuMs }) => cpuMs)
    const ratios = of('exact hit').map((cpu, index) => cpu / (of('spliced-file')[index] ?? 0))
    return { figures, ratio: median(ratios) }
  } finally {
    await Promise.all([gateway.stop(), reference.stop()])
    await upstream.stop()
    await rm(home, { recursive: true, force: true })
  }
}

async function ask(
  subject: HitFigure['subject'],
  { port, pid }: { readonly port: number; readonly pid: number },
  hits: number,
): Promise<HitFigure> {
  for (let turn = 0; turn < WARM_UP; turn += 1) await hitOnce(port)
  const before = sampleProcess(pid).cpuMs ?? Number.NaN
  const times: number[] = []
  for (let turn = 0; turn < hits; turn += 1) {
    const start = performance.now()
    const cache = await hitOnce(port)
    times.push(performance.now() - start)
    const isHit = subject === 'spliced-file' || cache === 'HIT exact'
    if (!isHit) throw new Error(`no exact hit: ${cache}`)
  }
  const cpuMs = ((sampleProcess(pid).cpuMs ?? Number.NaN) - before) / hits
  return { subject, cpuMs, p50Ms: median(times) }
}

/** @returns what the answer says of the cache. */
async function hitOnce(port: number): Promise<string> {
  const { statusCode, headers, body } = await request(
    `http://127.0.0.1:${port}/v1/images/generations`,
    {
      method: 'POST',
      headers: {
        authorization: `Bearer ${ADMIN_KEY}`,
        'content-type': 'application/json',
        'x-keeprate-cache': 'allow',
      },
      body: generationBody({ kind: 'large', sequence: 1 }),
    },
  )
  const bytes = await body.arrayBuffer()
  if (statusCode !== 200 || bytes.byteLength < 1_000_000) throw new Error(`answer ${statusCode}`)
  return String(headers['x-keeprate-cache'])
}
