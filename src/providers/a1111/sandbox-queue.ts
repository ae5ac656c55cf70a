import type { EmulatorKit } from '../shared/emulator.ts'
import { toBase64 } from '../shared/emulator-wire.ts'
import { CHECKPOINTS } from './sandbox-lists.ts'
import type { EmulatedJob } from './sandbox-request.ts'

/** The job that holds the lock. */
export interface RunningJob {
  readonly id: string
  readonly count: number
  readonly steps: number
  readonly startedAt: number
  readonly seconds: number
  readonly drawing: Pick<EmulatedJob, 'prompt' | 'seed' | 'width' | 'height'>
  step: number
  isInterrupted: boolean
}

/** What the emulated server keeps. */
export interface EmulatedServer {
  readonly options: Record<string, unknown>
  running: RunningJob | undefined
  /** Ids of the jobs that wait for the lock. */
  readonly waiting: Set<string>
  /** Resolves when the last job that was taken in has ended. */
  tail: Promise<unknown>
}

/** The one server behind this kit. */
export function serverOf(kit: EmulatorKit): EmulatedServer {
  const known = kit.state.get('server')
  if (known !== undefined) return known as EmulatedServer
  const options = {
    sd_model_checkpoint: CHECKPOINTS[0]?.title,
    samples_format: 'png',
    return_grid: true,
  }
  const server: EmulatedServer = {
    options,
    running: undefined,
    waiting: new Set(),
    tail: Promise.resolve(),
  }
  kit.state.set('server', server)
  return server
}

/** Runs one job after the other, whoever still waits for it: the lock knows no clients. */
export function inTurn<Result>(kit: EmulatorKit, work: () => Promise<Result>): Promise<Result> {
  const server = serverOf(kit)
  const turn = server.tail.then(work)
  server.tail = turn.catch(() => undefined)
  return turn
}

/** Slices of a job, after each of which it looks whether it was interrupted. */
const SLICES = 10

/**
 * Lets a job work until it is done or interrupted.
 * @returns the share that was done.
 */
export async function work(
  kit: EmulatorKit,
  job: Pick<RunningJob, 'id' | 'count' | 'steps' | 'seconds' | 'drawing'>,
): Promise<number> {
  const server = serverOf(kit)
  const running: RunningJob = { ...job, startedAt: kit.now(), step: 0, isInterrupted: false }
  server.waiting.delete(job.id)
  server.running = running
  let done = 0
  while (done < SLICES && !running.isInterrupted) {
    await kit.latency(job.seconds / SLICES)
    done += 1
    running.step = Math.floor((job.steps * done) / SLICES)
  }
  server.running = undefined
  return done / SLICES
}

/** Interrupts whatever job runs: the server knows no others. */
export function interrupt(kit: EmulatorKit): object {
  const { running } = serverOf(kit)
  if (running !== undefined) running.isInterrupted = true
  return {}
}

const shareOf = (running: RunningJob | undefined): number =>
  running === undefined ? 0 : Math.min(1, 0.01 + running.step / running.steps)

/** What `POST /internal/progress` tells of one task, by its id. */
export async function taskProgressOf(
  kit: EmulatorKit,
  asked: { readonly id_task?: unknown; readonly live_preview?: unknown },
): Promise<object> {
  const { running, waiting } = serverOf(kit)
  const isActive = running !== undefined && running.id === asked.id_task
  const isQueued = waiting.has(String(asked.id_task))
  const preview = isActive && asked.live_preview !== false ? await previewOf(kit, running) : null
  return {
    active: isActive,
    queued: isQueued,
    completed: false,
    progress: isActive ? shareOf(running) : null,
    eta: null,
    live_preview: preview === null ? null : `data:image/png;base64,${preview}`,
    id_live_preview: isActive ? running.step : -1,
    textinfo: isActive ? null : isQueued ? 'In queue: 1/1' : 'Waiting...',
  }
}

/** Half as large as the picture, and the coarser the earlier. */
const previewOf = async (kit: EmulatorKit, { drawing, step, steps }: RunningJob): Promise<string> =>
  toBase64(
    await kit.draw({
      ...drawing,
      width: Math.ceil(drawing.width / 2),
      height: Math.ceil(drawing.height / 2),
      format: 'png',
      coarseness: Math.max(1, 3 - Math.floor((3 * step) / steps)),
    }),
  )

/** What `GET /sdapi/v1/progress` tells; an idle server has no jobs. */
export async function progressOf(kit: EmulatorKit, query: URLSearchParams): Promise<object> {
  const { running } = serverOf(kit)
  const progress = shareOf(running)
  const isShown = running !== undefined && query.get('skip_current_image') !== 'true'
  const elapsed = running === undefined ? 0 : (kit.now() - running.startedAt) / 1_000
  return {
    progress,
    eta_relative: progress === 0 ? 0 : elapsed / progress - elapsed,
    state: {
      skipped: false,
      interrupted: running?.isInterrupted ?? false,
      job: running?.id ?? '',
      job_count: running === undefined ? 0 : 1,
      job_no: 0,
      sampling_step: running?.step ?? 0,
      sampling_steps: running?.steps ?? 0,
    },
    current_image: isShown ? await previewOf(kit, running) : null,
    textinfo: null,
  }
}
