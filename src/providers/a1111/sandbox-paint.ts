import { dollarsFromNano } from '../../core/money.ts'
import type { EmulatorKit, Fault } from '../shared/emulator.ts'
import { drawWithFault, toBase64 } from '../shared/emulator-wire.ts'
import { CHECKPOINTS, checkpointOf, type EmulatedCheckpoint } from './sandbox-lists.ts'
import { inTurn, serverOf, work } from './sandbox-queue.ts'
import type { EmulatedJob } from './sandbox-request.ts'

/** The emulated machine is rented at $1.20 an hour; time is told in ten-thousandths of a second. */
const NANO_PER_HOUR = 1_200_000_000n
const TICKS_PER_SECOND = 10_000
const TICKS_PER_HOUR = 36_000_000n
/** Loading another checkpoint; a guess for SDXL from a fast disk. */
const LOAD_SECONDS = 10
/** `cost-differs`: so much longer than usual. */
const DIFFERING = 1.5
const RANDOM = -1

/** What a job gave. */
export interface Painted {
  /** base64 */
  readonly images: readonly string[]
  readonly info: object
  /** As the header tells it. */
  readonly seconds: string
}

/** Waits for its turn, works, bills the time and draws. */
export function paint(
  kit: EmulatorKit,
  job: EmulatedJob,
  fault: Fault | undefined,
): Promise<Painted> {
  const id = job.taskId === '' ? `task(${kit.hexId(15)})` : job.taskId
  serverOf(kit).waiting.add(id)
  return inTurn(kit, async () => {
    const loadedBefore = serverOf(kit).options.sd_model_checkpoint
    const checkpoint = load(kit, job, fault)
    const seconds = secondsOf(kit, job, checkpoint) * (fault === 'cost-differs' ? DIFFERING : 1)
    const { count, steps } = job
    const isLoaded = fault === 'model-gone' || checkpoint.title === loadedBefore
    const loadSeconds = isLoaded ? 0 : LOAD_SECONDS * (job.restores ? 2 : 1)
    await kit.latency(loadSeconds)
    const done = await work(kit, { id, count, steps, seconds, drawing: drawingOf(job) })
    const ticks = Math.max(1, Math.round((loadSeconds + seconds * done) * TICKS_PER_SECOND))
    const nano = (2n * NANO_PER_HOUR * BigInt(ticks) + TICKS_PER_HOUR) / (2n * TICKS_PER_HOUR)
    const { title } = checkpoint
    kit.bill({ model: title, images: job.count, dollars: dollarsFromNano(nano), requestId: id })
    const first = job.seed === RANDOM ? kit.hash(`seed of ${id} ${kit.hexId(8)}`) : job.seed
    const seeds = Array.from({ length: job.count }, (_, index) => first + index)
    const images = await drawAll(kit, job, { seeds, fault, isDone: done === 1 })
    const hasGrid = images.length > 1 && isGridAsked(kit, job)
    const grid = hasGrid ? images.slice(0, 1) : []
    return {
      images: [...grid, ...images],
      info: infoOf(job, checkpoint, seeds, grid.length),
      seconds: String(ticks / TICKS_PER_SECOND),
    }
  })
}

const drawingOf = ({ prompt, seed, width, height }: EmulatedJob) => ({
  ...{ prompt, seed, width, height },
})

const isGridAsked = (kit: EmulatorKit, { overrides }: EmulatedJob): boolean =>
  (overrides.return_grid ?? serverOf(kit).options.return_grid) === true

/** Loads the checkpoint asked for. One that is not there is no error: the loaded one paints. */
function load(
  kit: EmulatorKit,
  { overrides, restores }: EmulatedJob,
  fault: Fault | undefined,
): EmulatedCheckpoint {
  const { options } = serverOf(kit)
  const loaded = String(options.sd_model_checkpoint)
  if (fault === 'model-gone') {
    const other = CHECKPOINTS.find(({ title }) => title !== overrides.sd_model_checkpoint)
    return checkpointOf(other?.title ?? loaded)
  }
  const title = overrides.sd_model_checkpoint ?? loaded
  if (!restores) options.sd_model_checkpoint = title
  return checkpointOf(title)
}

/** Time grows with pixels, steps and pictures, and differs by a tenth from job to job. */
function secondsOf(
  kit: EmulatorKit,
  { prompt, seed, width, height, steps, count }: EmulatedJob,
  checkpoint: EmulatedCheckpoint,
): number {
  const area = (width * height) / checkpoint.edge ** 2
  const jitter = 0.9 + (kit.hash(`${prompt} ${seed}`) % 201) / 1_000
  return checkpoint.seconds * area * (steps / checkpoint.steps) * count * jitter
}

async function drawAll(
  kit: EmulatorKit,
  { prompt, width, height }: EmulatedJob,
  made: {
    readonly seeds: readonly number[]
    readonly fault: Fault | undefined
    readonly isDone: boolean
  },
): Promise<readonly string[]> {
  const { fault, isDone } = made
  const drawn = { empty: 0, 'wrong-count': made.seeds.length - 1 } as const
  const count = fault === 'empty' || fault === 'wrong-count' ? drawn[fault] : made.seeds.length
  const images: string[] = []
  for (const seed of made.seeds.slice(0, count)) {
    const rough = isDone ? {} : { coarseness: 2 }
    const drawing = { width, height, prompt, seed, format: 'png', ...rough } as const
    images.push(toBase64(await drawWithFault(kit, drawing, fault)))
  }
  return images
}

const infoOf = (
  job: EmulatedJob,
  { title, hash }: EmulatedCheckpoint,
  seeds: readonly number[],
  firstImage: number,
): object => ({
  prompt: job.prompt,
  all_prompts: seeds.map(() => job.prompt),
  seed: seeds[0],
  all_seeds: seeds,
  width: job.width,
  height: job.height,
  sampler_name: job.sampler,
  steps: job.steps,
  batch_size: job.count,
  sd_model_name: title.replace(/\.\w+( \[.*\])?$/, '').replace(/^.*[\\/]/, ''),
  sd_model_hash: hash,
  index_of_first_image: firstImage,
  infotexts: seeds.map((seed) => `${job.prompt}\nSteps: ${job.steps}, Seed: ${seed}`),
  job_timestamp: '20261120120000',
})
