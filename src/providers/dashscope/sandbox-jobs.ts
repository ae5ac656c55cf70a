import { dollarsFromNano } from '../../core/money.ts'
import type { EmulatorAnswer, EmulatorKit, EmulatorRequest, Fault } from '../shared/emulator.ts'
import { kept } from '../shared/emulator-state.ts'
import { drawWithFault } from '../shared/emulator-wire.ts'
import { type EmulatedError, internal, withheld } from './sandbox-errors.ts'
import type { Asked, EmulatedModel } from './sandbox-models.ts'

/** Accepted work, as a task or as one call. Its state is a function of the time, nothing more. */
export interface EmulatedJob {
  readonly id: string
  readonly key: string
  readonly modelName: string
  readonly model: EmulatedModel
  readonly asked: Asked
  readonly seed: number
  readonly startedAt: number
  readonly durationMs: number
  readonly fault: Fault | undefined
  readonly isTask: boolean
  isCancelled: boolean
  isBilled: boolean
}

/** Tasks of one key that run at a time, of 2 to 5 by model (Model Studio, read 2026-11-20). */
const MAX_RUNNING = 5
/** Tasks and links live a day (Model Studio, read 2026-11-20). */
const LIFE_MS = 24 * 60 * 60_000
/** Emulated time may pass a thousand times faster; clients' pauses between polls do not. */
const SHORTEST_LIFE_MS = 60_000

/** All jobs of this emulator, oldest first. */
export const jobsOf = (kit: EmulatorKit): Map<string, EmulatedJob> =>
  kept(kit, 'jobs', () => new Map<string, EmulatedJob>())

const lifeOf = (kit: EmulatorKit): number => Math.max(SHORTEST_LIFE_MS, kit.scaled(LIFE_MS))

/**
 * When the next task of a key begins: at once with a free place, else when the earliest ends. A
 * place that is given back by cancelling moves nobody up.
 */
function startOf(kit: EmulatorKit, key: string): number {
  const now = kit.now()
  const ends = [...jobsOf(kit).values()]
    .filter((job) => job.key === key && !job.isCancelled)
    .map((job) => job.startedAt + job.durationMs)
    .filter((end) => end > now)
    .toSorted((one, other) => other - one)
  return ends[MAX_RUNNING - 1] ?? now
}

/** Takes work in; it waits where all places are taken. What begins at once is charged at once. */
export function acceptJob(
  kit: EmulatorKit,
  work: Pick<EmulatedJob, 'key' | 'modelName' | 'model' | 'asked' | 'fault' | 'isTask'>,
): EmulatedJob {
  const now = kit.now()
  for (const [id, job] of jobsOf(kit)) {
    if (now - job.startedAt - job.durationMs > 2 * lifeOf(kit)) jobsOf(kit).delete(id)
  }
  const id = [8, 4, 4, 4, 12].map((length) => kit.hexId(length)).join('-')
  const job: EmulatedJob = {
    ...work,
    id,
    seed: work.asked.seed ?? kit.hash(`seed of ${id}`),
    startedAt: work.isTask ? startOf(kit, work.key) : now,
    durationMs: work.isTask ? kit.scaled(work.model.seconds * 1_000) : 0,
    isCancelled: false,
    isBilled: false,
  }
  jobsOf(kit).set(id, job)
  settle(kit, job)
  return job
}

/** The state of a task at an instant. */
export function stateOf(job: EmulatedJob, now: number): string {
  if (job.isCancelled) return 'CANCELED'
  if (now < job.startedAt) return 'PENDING'
  if (job.fault === 'job-vanishes') return 'UNKNOWN'
  if (job.fault === 'job-stuck' || now < job.startedAt + job.durationMs) return 'RUNNING'
  return failureOf(job) === undefined ? 'SUCCEEDED' : 'FAILED'
}

/** Why a job fails, if it does. */
export function failureOf({ fault }: EmulatedJob): EmulatedError | undefined {
  if (fault === 'moderate-output') return withheld
  return fault === 'job-fails' || fault === 'server-error-billed' ? internal : undefined
}

/** How many pictures a job makes, and is charged for. */
export const madeBy = ({ asked, fault }: EmulatedJob): number =>
  fault === 'wrong-count' ? asked.n - 1 : asked.n

/**
 * Charges a job once it has begun. Those that give no picture are free, but for the fault that says
 * otherwise.
 */
export function settle(kit: EmulatorKit, job: EmulatedJob): void {
  const hasBegun = !job.isCancelled && kit.now() >= job.startedAt
  const isPaid = failureOf(job) === undefined || job.fault === 'server-error-billed'
  if (job.isBilled || !isPaid || !hasBegun) return
  job.isBilled = true
  const images = madeBy(job)
  const dollars = dollarsFromNano(job.model.nano * BigInt(images))
  kit.bill({ model: job.modelName, images, dollars, requestId: job.id })
}

/** The links of a job's pictures. */
export function linksOf(job: EmulatedJob, { baseUrl }: EmulatorRequest): readonly string[] {
  const count = job.fault === 'empty' ? 0 : madeBy(job)
  const root = job.fault === 'link-private' ? 'http://10.0.0.1' : baseUrl
  return Array.from({ length: count }, (_, index) => `${root}/results/${job.id}/${index}.png`)
}

/** The storage, which is another's: it refuses whoever shows it the key. */
export async function deliver(request: EmulatorRequest, kit: EmulatorKit): Promise<EmulatorAnswer> {
  const refuse = (status: number, code: string): EmulatorAnswer => ({
    status,
    headers: { 'content-type': 'application/xml' },
    body: `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code></Error>`,
  })
  if (request.headers.authorization !== undefined) return refuse(400, 'InvalidArgument')
  const [, , id = '', file = ''] = request.path.split('/')
  const index = Number(/^(\d+)\.png$/.exec(file)?.[1] ?? Number.NaN)
  const job = jobsOf(kit).get(id)
  if (job === undefined || !(index < madeBy(job))) return refuse(404, 'NoSuchKey')
  if (stateOf(job, kit.now()) !== 'SUCCEEDED') return refuse(404, 'NoSuchKey')
  const ageMs = kit.now() - job.startedAt - job.durationMs
  const isExpired = job.fault === 'link-expired' || ageMs > lifeOf(kit)
  if (job.fault === 'link-forbidden' || isExpired) return refuse(403, 'AccessDenied')
  const { asked, seed, fault } = job
  const drawing = {
    ...asked.size,
    prompt: asked.prompt,
    seed: seed + index,
    format: 'png',
  } as const
  const body = await drawWithFault(kit, drawing, fault)
  return { status: 200, headers: { 'content-type': 'image/png' }, body }
}
