import { dollarsFromNano } from '../../core/money.ts'
import type { EmulatorKit } from '../shared/emulator.ts'
import type { EmulatedPicture } from './sandbox-graph.ts'
import { checkpointOf } from './sandbox-lists.ts'
import { type EmulatedJob, type EmulatedServer, type Queued, serverOf } from './sandbox-server.ts'
import { tellerOf, tellQueue } from './sandbox-socket.ts'

/** The emulated machine is rented at $0.80 an hour; time is told in milliseconds. */
const NANO_PER_HOUR = 800_000_000n
const MS_PER_HOUR = 3_600_000n
/** `cost-differs`: so much longer than usual. */
const DIFFERING = 1.5
/** Slices of a job, after each of which it looks whether it was interrupted. */
const SLICES = 10
/** The server forgets the oldest jobs beyond so many (execution.py, read 2026-11-20). */
const MOST_HISTORY = 10_000

/** Takes a job in and returns its number. One that is to vanish is not seen again. */
export function enqueue(kit: EmulatorKit, job: EmulatedJob): number {
  const server = serverOf(kit)
  server.taken += 1
  const number = server.taken
  server.history.delete(job.id)
  if (job.fault === 'job-vanishes') return number
  const line = job.fault === 'job-stuck' ? server.stuck : server.pending
  line.push({ ...job, number, isInterrupted: false })
  tellQueue(server)
  void pump(kit)
  return number
}

/** Runs one job after the other until none waits. */
async function pump(kit: EmulatorKit): Promise<void> {
  const server = serverOf(kit)
  if (server.running !== undefined) return
  for (let job = server.pending.shift(); job !== undefined; job = server.pending.shift()) {
    server.running = job
    await run(kit, job)
    server.running = undefined
    tellQueue(server)
  }
}

async function run(kit: EmulatorKit, job: Queued): Promise<void> {
  const { picture, fault } = job
  const startedAt = kit.now()
  const seconds = secondsOf(kit, picture) * (fault === 'cost-differs' ? DIFFERING : 1)
  let done = 0
  const teller = tellerOf(job, serverOf(kit), kit)
  teller.tell('execution_start')
  teller.tell('execution_cached', { nodes: [] })
  teller.tell('executing', { node: '3', display_node: '3' })
  while (done < SLICES && !job.isInterrupted) {
    await kit.latency(seconds / SLICES)
    done += 1
    await teller.step(done / SLICES)
  }
  // Told in emulated time, whatever the sandbox's speed: prices are those of a real machine.
  const tookMs = Math.max(1, Math.round((seconds * 1_000 * done) / SLICES))
  const end = startedAt + tookMs
  const message = (name: string, timestamp: number, facts: object = {}) =>
    [name, { prompt_id: job.id, timestamp, ...facts }] as const
  const begin = [message('execution_start', startedAt), message('execution_cached', startedAt)]
  const failed = failureOf(job)
  if (failed !== undefined) {
    const [name, facts] = failed
    teller.tell(name, facts)
    remember(kit, job, {}, 'error', [...begin, message(name, end, facts)])
    return teller.end()
  }
  const nano = (2n * NANO_PER_HOUR * BigInt(tookMs) + MS_PER_HOUR) / (2n * MS_PER_HOUR)
  kit.bill({
    model: picture.checkpoint,
    images: picture.count,
    dollars: dollarsFromNano(nano),
    requestId: job.id,
  })
  const outputs = store(kit, job)
  for (const [node, output] of Object.entries(outputs)) {
    teller.tell('executed', { node, display_node: node, output })
  }
  teller.tell('execution_success')
  remember(kit, job, outputs, 'success', [...begin, message('execution_success', end)])
  teller.end()
}

/** How a job ends that gives nothing; such time is not booked. */
function failureOf({ isInterrupted, fault }: Queued): readonly [string, object] | undefined {
  if (isInterrupted) return ['execution_interrupted', { node_id: '3', node_type: 'KSampler' }]
  if (fault !== 'overloaded' && fault !== 'job-fails') return undefined
  const isMemory = fault === 'overloaded'
  return [
    'execution_error',
    {
      node_id: '3',
      node_type: 'KSampler',
      exception_type: isMemory ? 'torch.OutOfMemoryError' : 'RuntimeError',
      exception_message: isMemory
        ? 'Allocation on device 0 would exceed allowed memory.'
        : 'mat1 and mat2 shapes cannot be multiplied',
    },
  ]
}

function secondsOf(kit: EmulatorKit, picture: EmulatedPicture): number {
  const { width, height, steps, count, prompt, seed } = picture
  const checkpoint = checkpointOf(picture.checkpoint)
  const area = (width * height) / checkpoint.edge ** 2
  const jitter = 0.9 + (kit.hash(`${prompt} ${seed}`) % 201) / 1_000
  return checkpoint.seconds * area * (steps / checkpoint.steps) * count * jitter
}

/** Puts the pictures where each output node stores them. */
function store(kit: EmulatorKit, { number, picture, fault }: Queued): object {
  const { files } = serverOf(kit)
  const lacking = { empty: picture.count, 'wrong-count': 1 } as const
  const count = picture.count - (fault === 'empty' || fault === 'wrong-count' ? lacking[fault] : 0)
  return Object.fromEntries(
    picture.outputs.map(([id, type]) => {
      const images = Array.from({ length: count }, (_, index) => {
        const stem = type === 'temp' ? 'ComfyUI_temp_abcde' : 'ComfyUI'
        const filename = `${stem}_${number}_${id}_${String(index + 1).padStart(5, '0')}_.png`
        files.set(filename, { picture, fault, index })
        return { filename, subfolder: '', type }
      })
      return [id, { images }]
    }),
  )
}

function remember(
  kit: EmulatorKit,
  job: Queued,
  outputs: object,
  status: 'success' | 'error',
  messages: readonly (readonly [string, object])[],
): void {
  const { history } = serverOf(kit)
  history.set(job.id, {
    prompt: [job.number, job.id, job.graph, {}, job.picture.outputs.map(([id]) => id)],
    outputs,
    status: { status_str: status, completed: status === 'success', messages },
    meta: {},
  })
  const [oldest] = history.keys()
  if (history.size > MOST_HISTORY && oldest !== undefined) history.delete(oldest)
}

/** Takes a job that waits out of the queue. */
export function giveUp(kit: EmulatorKit, id: string): void {
  const { pending } = serverOf(kit)
  const index = pending.findIndex((job) => job.id === id)
  if (index >= 0) pending.splice(index, 1)
}

/** Interrupts the job that runs; with an id only when it is that one. */
export function interrupt(kit: EmulatorKit, id: unknown): void {
  const { running, stuck } = serverOf(kit)
  const index = stuck.findIndex((job) => id === undefined || job.id === id)
  if (index >= 0) stuck.splice(index, 1)
  if (running !== undefined && (id === undefined || id === running.id)) running.isInterrupted = true
}

/** What `GET /queue` tells. */
export function queueOf({ running, stuck, pending }: EmulatedServer): object {
  const entry = ({ number, id, graph, picture }: Queued) => [
    number,
    id,
    graph,
    {},
    picture.outputs.map(([output]) => output),
  ]
  return {
    queue_running: [...(running === undefined ? [] : [running]), ...stuck].map(entry),
    queue_pending: pending.map(entry),
  }
}
