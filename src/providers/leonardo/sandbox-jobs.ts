import type {
  Drawing,
  EmulatorAnswer,
  EmulatorKit,
  EmulatorRequest,
  Fault,
} from '../shared/emulator.ts'
import { kept } from '../shared/emulator-state.ts'
import { drawWithFault } from '../shared/emulator-wire.ts'
import { asPolled } from '../shared/flipping-job.ts'
import type { Generation } from './sandbox-request.ts'

/** An accepted job. Its state is a function of the time that has passed, nothing more. */
interface EmulatedJob {
  readonly id: string
  readonly key: string
  readonly asked: Generation
  readonly seed: number
  readonly startedAt: number
  readonly durationMs: number
  readonly fault: Fault | undefined
}

/** Jobs that are kept; the oldest are forgotten. */
const MOST_JOBS = 500
/** When a job vanishes or fails, as a share of its duration. */
const VANISHES_AT = 0.3
const FAILS_AT = 0.6

const jobsOf = (kit: EmulatorKit): Map<string, EmulatedJob> =>
  kept(kit, 'jobs', () => new Map<string, EmulatedJob>())

/** Takes a job in and gives its id. */
export function acceptJob(
  kit: EmulatorKit,
  { key, asked, fault }: Pick<EmulatedJob, 'key' | 'asked' | 'fault'>,
): string {
  const id = kit.hexId(32)
  const jobs = jobsOf(kit)
  const seed = asked.seed ?? kit.hash(`seed of ${id}`)
  const durationMs = kit.scaled(asked.seconds * 1_000)
  jobs.set(id, { id, key, asked, seed, startedAt: kit.now(), durationMs, fault })
  for (const oldest of jobs.keys()) {
    if (jobs.size <= MOST_JOBS) break
    jobs.delete(oldest)
  }
  return id
}

type State = 'PENDING' | 'COMPLETE' | 'FAILED'

/** Undefined for a job that is no longer there. */
function stateOf(job: EmulatedJob, now: number): State | undefined {
  const share = job.durationMs > 0 ? (now - job.startedAt) / job.durationMs : 1
  switch (job.fault) {
    case 'job-stuck':
      return 'PENDING'
    case 'job-vanishes':
      return share >= VANISHES_AT ? undefined : 'PENDING'
    case 'job-fails':
      return share >= FAILS_AT ? 'FAILED' : 'PENDING'
    default:
      return share >= 1 ? 'COMPLETE' : 'PENDING'
  }
}

/** What `GET /generations/{id}` says; a job of another key is not there. */
export function viewJob(
  kit: EmulatorKit,
  { baseUrl }: EmulatorRequest,
  { id, key }: { readonly id: string; readonly key: string },
): object {
  const found = jobsOf(kit).get(id)
  const job = found && asPolled(kit, found, (each) => stateOf(each, kit.now()) === 'FAILED')
  const status = job?.key === key ? stateOf(job, kit.now()) : undefined
  if (job === undefined || status === undefined) return { generations_by_pk: null }
  const { asked, fault, seed } = job
  const count = fault === 'empty' ? 0 : fault === 'wrong-count' ? asked.count - 1 : asked.count
  const origin = fault === 'link-private' ? 'http://10.0.0.1' : baseUrl
  const pictures = Array.from({ length: status === 'COMPLETE' ? count : 0 }, (_, index) => ({
    id: `${id}-${index}`,
    url: `${origin}/cdn/${id}/${index}.jpg`,
    nsfw: fault === 'moderate-output',
    likeCount: 0,
  }))
  const { prompt, width: imageWidth, height: imageHeight } = asked
  const facts = { prompt, imageWidth, imageHeight, seed, public: false }
  return { generations_by_pk: { id, status, ...facts, generated_images: pictures } }
}

/** `DELETE /generations/{id}`: the pictures are gone, the money as well. */
export function deleteJob(kit: EmulatorKit, id: string, key: string): object {
  const isOwn = jobsOf(kit).get(id)?.key === key
  if (isOwn) jobsOf(kit).delete(id)
  return { delete_generations_by_pk: isOwn ? { id } : null }
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
  const [, id = '', index = ''] = /^\/cdn\/([^/]+)\/(\d+)\.jpg$/.exec(request.path) ?? []
  const job = jobsOf(kit).get(id)
  if (job === undefined || Number(index) >= job.asked.count) return text(404, 'No such object')
  if (job.fault === 'link-forbidden' || job.fault === 'link-expired') return text(403, 'Forbidden')
  const { width, height, prompt } = job.asked
  const seed = job.seed + Number(index)
  const drawing: Drawing = { width, height, prompt, seed, format: 'jpeg' }
  const body = await drawWithFault(kit, drawing, job.fault)
  return { status: 200, headers: { 'content-type': 'image/jpeg' }, body }
}
