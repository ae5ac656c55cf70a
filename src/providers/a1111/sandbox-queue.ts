import type { EmulatorKit } from '../shared/emulator.ts'
import { CHECKPOINTS } from './sandbox-lists.ts'

/** The job that holds the lock. */
export interface RunningJob {
  readonly id: string
  readonly count: number
  readonly steps: number
  readonly startedAt: number
  readonly seconds: number
  step: number
  isInterrupted: boolean
}

/** What the emulated server keeps. */
export interface EmulatedServer {
  readonly options: Record<string, unknown>
  running: RunningJob | undefined
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
  const server: EmulatedServer = { options, running: undefined, tail: Promise.resolve() }
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
  job: Pick<RunningJob, 'id' | 'count' | 'steps' | 'seconds'>,
): Promise<number> {
  const server = serverOf(kit)
  const running: RunningJob = { ...job, startedAt: kit.now(), step: 0, isInterrupted: false }
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

/** What `GET /sdapi/v1/progress` tells; an idle server has no jobs. */
export function progressOf(kit: EmulatorKit): object {
  const { running } = serverOf(kit)
  const progress = running === undefined ? 0 : Math.min(1, 0.01 + running.step / running.steps)
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
    current_image: null,
    textinfo: null,
  }
}
