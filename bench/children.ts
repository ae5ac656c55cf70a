/** Starting, asking and ending the processes of a run. Only what was started here is ever ended. */
import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

/** A process of the run that talks in JSON lines. */
export interface Child {
  readonly pid: number
  /** Sends one JSON line. */
  send(message: unknown): void
  /** The next JSON line; fails when the process ends first or nothing comes in time. */
  next<Message>(limitMs: number): Promise<Message>
  stop(): Promise<void>
}

/** What a process that is only started and ended offers. */
export interface Spawned {
  readonly pid: number
  hasEnded(): boolean
  stop(): Promise<void>
}

const STOP_LIMIT_MS = 15_000
const ERROR_TEXT_KEPT = 4_000
const living = new Set<ChildProcess>()

process.once('exit', () => {
  for (const child of living) child.kill('SIGKILL')
})
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130))

/** Starts a script of this folder with its settings as one JSON argument. */
export function startScript(script: string, settings: unknown): Child {
  const path = fileURLToPath(new URL(script, import.meta.url))
  const child = spawnNode([path, JSON.stringify(settings)], { stdio: 'pipe' })
  const lines: string[] = []
  let errorText = ''
  let wake: () => void = () => undefined
  child.stderr?.on('data', (text: Buffer) => {
    errorText = (errorText + text.toString('utf8')).slice(-ERROR_TEXT_KEPT)
  })
  child.once('exit', () => wake())
  child.stdin?.on('error', () => undefined) // it has ended, which `next` reports
  if (child.stdout !== null) {
    createInterface({ input: child.stdout }).on('line', (line) => {
      lines.push(line)
      wake()
    })
  }
  return {
    pid: child.pid ?? 0,
    send: (message) => void child.stdin?.write(`${JSON.stringify(message)}\n`),
    next: async <Message>(limitMs: number): Promise<Message> => {
      const deadline = performance.now() + limitMs
      while (lines.length === 0) {
        if (hasEnded(child)) throw new Error(`${script} ended: ${errorText}`)
        const leftMs = deadline - performance.now()
        if (leftMs <= 0) throw new Error(`${script} said nothing for ${limitMs} ms: ${errorText}`)
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, leftMs)
          wake = () => {
            clearTimeout(timer)
            resolve()
          }
        })
      }
      return JSON.parse(lines.shift() ?? 'null') as Message
    },
    stop: () => stop(child),
  }
}

/** Starts Node with any arguments; the caller decides where its output goes. */
export function startNode(nodeArguments: readonly string[], options: SpawnOptions): Spawned {
  const child = spawnNode(nodeArguments, options)
  return { pid: child.pid ?? 0, hasEnded: () => hasEnded(child), stop: () => stop(child) }
}

function spawnNode(nodeArguments: readonly string[], options: SpawnOptions): ChildProcess {
  const child = spawn(process.execPath, nodeArguments, options)
  living.add(child)
  child.once('exit', () => living.delete(child))
  return child
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null
}

/** SIGTERM, so that everything still in memory is written; SIGKILL when that takes too long. */
async function stop(child: ChildProcess): Promise<void> {
  if (hasEnded(child)) return
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT_MS)
  await ended
  clearTimeout(timer)
}
