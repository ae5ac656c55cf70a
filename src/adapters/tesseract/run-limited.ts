import { spawn } from 'node:child_process'

/** A program that is run once, with what it may take. */
export interface LimitedRun {
  readonly program: string
  readonly arguments: readonly string[]
  readonly input?: Uint8Array
  readonly timeLimitMs: number
  /** Address space of the process; enforced where the shell can (not on Windows or macOS). */
  readonly memoryMb: number
  /** More output than this is cut off and the program ended. */
  readonly maxOutputBytes: number
}

/** Sets the limit in the shell that then becomes the program; all else are arguments, not words. */
const LIMITED = 'ulimit -v "$0" 2>/dev/null; exec "$@"'

/** Runs a program to its end and gives what it wrote. Rejects with its own words when it fails. */
export function runLimited(run: LimitedRun): Promise<string> {
  const { program, input, timeLimitMs, memoryMb, maxOutputBytes } = run
  const hasShell = process.platform !== 'win32'
  const wrapped = ['-c', LIMITED, String(memoryMb * 1024), program, ...run.arguments]
  const child = spawn(hasShell ? '/bin/sh' : program, hasShell ? wrapped : [...run.arguments], {
    // Nothing of the gateway's settings and keys goes on to another program.
    env: {
      PATH: process.env.PATH,
      TESSDATA_PREFIX: process.env.TESSDATA_PREFIX,
      ...{ LC_ALL: 'C', OMP_THREAD_LIMIT: '1' },
    },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  return new Promise((resolve, reject) => {
    const output: Buffer[] = []
    let size = 0
    let complaint = ''
    const end = (problem: string): void => {
      complaint = problem
      child.kill('SIGKILL')
    }
    const timer = setTimeout(() => end(`took more than ${timeLimitMs} ms`), timeLimitMs)
    child.stdout.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size > maxOutputBytes) end(`wrote more than ${maxOutputBytes} bytes`)
      else output.push(chunk)
    })
    child.stderr.on('data', (chunk: Buffer) => {
      if (complaint.length < 1_000) complaint += chunk.toString('utf8').slice(0, 1_000)
    })
    // A program that ends early does not read to the end; its exit says why.
    child.stdin.on('error', () => undefined)
    child.stdin.end(input)
    child.on('error', (error) => {
      clearTimeout(timer)
      reject(error)
    })
    child.on('close', (code) => {
      clearTimeout(timer)
      if (code === 0) resolve(Buffer.concat(output).toString('utf8'))
      else
        reject(new Error(`${program}: ${complaint.trim() || `ended with ${code ?? 'a signal'}`}`))
    })
  })
}
