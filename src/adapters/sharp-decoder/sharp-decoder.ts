import { availableParallelism } from 'node:os'
import { extname } from 'node:path'
import { Piscina } from 'piscina'
import { readImageHeader } from '../../core/quality/image-header.ts'
import { requestLimits } from '../../core/request/limits.ts'
import type { GreyPixels, ImageDecoder } from '../../ports/image-decoder.ts'
import type { ConvertTask, DecodeTask } from './decode-worker.ts'

/** Limits of decoding; each may be tightened. */
export interface DecoderLimits {
  /**
   * Pictures decoded at once. The decoder computes in Node's thread pool, which has four threads and
   * writes files and looks up names as well, so at most half of them.
   */
  readonly threads?: number
  /** Pictures that may wait; beyond them a task is refused at once. */
  readonly maxQueue?: number
  /** Longest time for one picture, waiting included: imgproxy's 10 s (its documentation, 2026-11-20). */
  readonly timeLimitMs?: number
}

const MAX_THREADS = 2
const MAX_QUEUE = 64
const TIME_LIMIT_MS = 10_000
/** A thread without work ends after this; starting one takes about a tenth of a second. */
const IDLE_MS = 30_000
/** Of a worker's own objects; pixels lie outside and are bounded by the number of pixels. */
const HEAP_MB = 128

/** The worker lies beside this file: TypeScript in the repository, JavaScript in the package. */
const worker = new URL(`./decode-worker${extname(import.meta.url)}`, import.meta.url)

/**
 * Decodes with libvips in worker threads, which start when they are first needed. Only PNG, JPEG and
 * WebP of an allowed size get there: libvips reads many more formats, and those are nobody's need.
 */
export function createSharpDecoder(limits: DecoderLimits = {}): ImageDecoder {
  const { threads = MAX_THREADS, maxQueue = MAX_QUEUE, timeLimitMs = TIME_LIMIT_MS } = limits
  const pool = new Piscina({
    filename: worker.href,
    minThreads: 0,
    maxThreads: Math.max(1, Math.min(threads, availableParallelism())),
    maxQueue,
    idleTimeout: IDLE_MS,
    // What the process was started with is for the main thread; some of it workers would refuse.
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MB },
  })

  const run = async <Output>(name: 'grey' | 'convert', task: DecodeTask): Promise<Output> => {
    const controller = new AbortController()
    const timer = setTimeout(() => {
      controller.abort(new Error(`a picture took more than ${timeLimitMs} ms`))
    }, timeLimitMs)
    try {
      const { signal } = controller
      return await pool.run(task, { name, signal, transferList: [task.bytes.buffer] })
    } catch (error) {
      throw controller.signal.aborted ? controller.signal.reason : error
    } finally {
      clearTimeout(timer)
    }
  }

  return {
    grey: async (bytes) => run<GreyPixels>('grey', toTask(bytes, timeLimitMs)),
    convert: async (bytes, finishing) => {
      const task: ConvertTask = { ...toTask(bytes, timeLimitMs), ...finishing }
      return run<Uint8Array>('convert', task)
    },
    close: () => pool.close({ force: true }),
  }
}

/** Copies the bytes, to be moved into the worker: the caller's may be part of something larger. */
function toTask(bytes: Uint8Array, timeLimitMs: number): DecodeTask {
  const header = readImageHeader(bytes)
  if (header === undefined) throw new Error('no PNG, JPEG or WebP')
  if (header.width * header.height > requestLimits.maxImagePixels) {
    throw new Error(`${header.width}x${header.height} pixels are too many`)
  }
  return { bytes: new Uint8Array(bytes), maxPixels: requestLimits.maxImagePixels, timeLimitMs }
}
