/** Processor time and memory of another process, read from /proc; null where there is no /proc. */
import { readFileSync } from 'node:fs'

/** One look at a process. CPU time is user and system time of all its threads since its start. */
export interface ProcessSample {
  readonly cpuMs: number | null
  readonly rssMb: number | null
  readonly peakRssMb: number | null
}

/** Clock ticks are 10 ms for user space on every Linux architecture (proc_pid_stat(5), USER_HZ). */
const MS_PER_TICK = 10

/** Fields are counted from the one after the name, which is the third of proc_pid_stat(5). */
const USER_TIME_FIELD = 14 - 3
const SYSTEM_TIME_FIELD = 15 - 3

/** Reads the figures of a process as they stand now. */
export function sampleProcess(pid: number | null): ProcessSample {
  if (pid === null) return { cpuMs: null, rssMb: null, peakRssMb: null }
  const status = readProc(pid, 'status')
  return {
    cpuMs: readCpuMs(readProc(pid, 'stat')),
    rssMb: readMegabytes(status, 'VmRSS'),
    peakRssMb: readMegabytes(status, 'VmHWM'),
  }
}

function readProc(pid: number, file: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8')
  } catch {
    return undefined
  }
}

function readCpuMs(stat: string | undefined): number | null {
  if (stat === undefined) return null
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const ticks = Number(fields[USER_TIME_FIELD]) + Number(fields[SYSTEM_TIME_FIELD])
  return Number.isFinite(ticks) ? ticks * MS_PER_TICK : null
}

function readMegabytes(status: string | undefined, field: string): number | null {
  const kibibytes = new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(status ?? '')?.[1]
  return kibibytes === undefined ? null : Number(kibibytes) / 1024
}
