import type { EmulatorAnswer, EmulatorKit, EmulatorRequest, Fault } from '../shared/emulator.ts'
import { kept } from '../shared/emulator-state.ts'
import { drawWithFault } from '../shared/emulator-wire.ts'
import { asPolled } from '../shared/flipping-job.ts'
import type { PictureRequest } from './sandbox-request.ts'

/** An accepted job. Its state is a function of the time that has passed, nothing more. */
interface EmulatedJob {
  readonly id: string
  readonly key: string
  readonly modelName: string
  readonly asked: PictureRequest
  readonly seed: number
  readonly startedAt: number
  readonly durationMs: number
  readonly linkLifeMs: number
  readonly fault: Fault | undefined
}

/** When each emulated end shows, as a share of the job's duration. */
const ENDS: { readonly [Name in Fault]?: { readonly at: number; readonly status: string } } = {
  'moderate-input': { at: 0.1, status: 'Request Moderated' },
  'job-vanishes': { at: 0.3, status: 'Task not found' },
  'job-fails': { at: 0.6, status: 'Error' },
  'moderate-output': { at: 1, status: 'Content Moderated' },
}

/** Links live an hour (a reseller's documentation, read 2026-11-25), jobs are kept as long. */
const LINK_LIFE_MS = 60 * 60_000
/** Emulated time may pass a thousand times faster; clients' pauses between polls do not. */
const SHORTEST_LINK_MS = 30_000

/** Takes a job in and gives its id. */
export function acceptJob(
  kit: EmulatorKit,
  job: Pick<EmulatedJob, 'key' | 'modelName' | 'asked' | 'fault'> & { readonly seconds: number },
): string {
  const { seconds, asked, fault } = job
  const id = kit.hexId(32)
  forgetOldJobs(kit)
  jobsOf(kit).set(id, {
    id,
    key: job.key,
    modelName: job.modelName,
    asked,
    seed: asked.seed ?? kit.hash(`seed of ${id}`),
    startedAt: kit.now(),
    durationMs: kit.scaled(seconds * 1_000),
    linkLifeMs: fault === 'link-expired' ? 0 : Math.max(SHORTEST_LINK_MS, kit.scaled(LINK_LIFE_MS)),
    fault,
  })
  return id
}

const jobsOf = (kit: EmulatorKit): Map<string, EmulatedJob> =>
  kept(kit, 'jobs', () => new Map<string, EmulatedJob>())

function forgetOldJobs(kit: EmulatorKit): void {
  for (const [id, job] of jobsOf(kit)) {
    const ageMs = kit.now() - job.startedAt
    if (ageMs > job.durationMs + 2 * Math.max(job.linkLifeMs, SHORTEST_LINK_MS)) {
      jobsOf(kit).delete(id)
    }
  }
}

function statusOf(job: EmulatedJob, now: number): string {
  if (job.fault === 'job-stuck') return 'Pending'
  const end = (job.fault && ENDS[job.fault]) ?? { at: 1, status: 'Ready' }
  const share = job.durationMs > 0 ? (now - job.startedAt) / job.durationMs : 1
  return share >= end.at ? end.status : 'Pending'
}

/** What `get_result` says; a job of another key or model is not found. */
export function viewJob(
  kit: EmulatorKit,
  request: EmulatorRequest,
  asked: { readonly id: string; readonly key: string; readonly modelName: string },
): object {
  const { id } = asked
  const found = jobsOf(kit).get(id)
  if (found === undefined || found.key !== asked.key || found.modelName !== asked.modelName) {
    return { id, status: 'Task not found', result: null }
  }
  const job = asPolled(kit, found, (failing) => statusOf(failing, kit.now()) === 'Error')
  const status = statusOf(job, kit.now())
  if (status.endsWith('Moderated')) {
    return { id, status, result: null, details: { 'Moderation Reasons': ['Violence'] } }
  }
  if (status !== 'Ready') return { id, status, result: null }
  if (job.fault === 'empty') return { id, status, result: {} }
  const place = `delivery/${id}.${job.asked.format}`
  const sample =
    job.fault === 'link-private' ? `http://10.0.0.1/${place}` : `${request.baseUrl}/${place}`
  return { id, status, result: { sample, seed: job.seed } }
}

/** The delivery host, which is another's: it refuses whoever shows it the key. */
export async function deliver(request: EmulatorRequest, kit: EmulatorKit): Promise<EmulatorAnswer> {
  const text = (status: number, body: string): EmulatorAnswer => ({
    status,
    headers: { 'content-type': 'text/plain' },
    body,
  })
  if (request.headers.authorization !== undefined) {
    return text(400, 'A credential must not be sent to the delivery host')
  }
  const id = request.path.split('/')[2]?.split('.')[0] ?? ''
  const job = jobsOf(kit).get(id)
  if (job === undefined || statusOf(job, kit.now()) !== 'Ready') return text(404, 'No such object')
  const { asked, fault } = job
  const ageMs = kit.now() - job.startedAt - job.durationMs
  if (fault === 'link-forbidden' || ageMs > job.linkLifeMs) return text(403, 'Expired')
  const drawing = { ...asked.size, prompt: asked.prompt, seed: job.seed, format: asked.format }
  const body = await drawWithFault(kit, drawing, fault)
  return { status: 200, headers: { 'content-type': `image/${asked.format}` }, body }
}
