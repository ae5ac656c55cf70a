import { type ChildProcess, spawn } from 'node:child_process'

/** How to run a program whose output matters. */
export interface RunOptions {
  readonly cwd?: string
  readonly environment?: Readonly<Record<string, string | undefined>>
  /** Run as this user; only root may. */
  readonly user?: User
}

/** A system user by number. */
export interface User {
  readonly uid: number
  readonly gid: number
}

/** What a program left behind. `exitCode` is 127 when it could not be started. */
export interface RunResult {
  readonly exitCode: number
  /** Standard output and standard error, in the order they came. */
  readonly output: string
}

/** Programs that run now; this process takes them with it when it ends. */
const running = new Set<ChildProcess>()
// Before other exit handlers: they may remove the files that the children work on.
process.prependListener('exit', () => {
  for (const child of running) child.kill()
})

/** Runs a program to its end and collects what it prints. Never rejects. */
export function run(
  command: string,
  commandArguments: readonly string[],
  options: RunOptions = {},
): Promise<RunResult> {
  return new Promise((resolve) => {
    const child = spawn(command, commandArguments, {
      cwd: options.cwd,
      env: options.environment ?? process.env,
      stdio: ['ignore', 'pipe', 'pipe'],
      ...options.user,
    })
    running.add(child)
    let output = ''
    const collect = (chunk: Buffer) => {
      output += chunk.toString('utf8')
    }
    child.stdout.on('data', collect)
    child.stderr.on('data', collect)
    child.on('error', (error) => resolve({ exitCode: 127, output: output + error.message }))
    child.on('close', (code, signal) => {
      running.delete(child)
      if (signal !== null) output += `\nended by ${signal}`
      resolve({ exitCode: code ?? 1, output })
    })
  })
}
