import { availableParallelism } from 'node:os'
import { extname } from 'node:path'
import { Piscina } from 'piscina'
import { readImageHeader } from '../../core/quality/image-header.ts'
import type { PictureMeasures } from '../../core/quality/measures/measure-picture.ts'
import type { PictureLook } from '../../core/quality/measures/picture-look.ts'
import type { Coverage } from '../../core/request/image-request.ts'
import { requestLimits } from '../../core/request/limits.ts'
import type { GreyPixels, ImageDecoder } from '../../ports/image-decoder.ts'
import { busyError, Lane } from '../lane/lane.ts'
import type { DecodeTask, PaddedPicture, TaskName } from './decode-worker.ts'

/** Limits of decoding; each may be tightened. */
export interface DecoderLimits {
  /**
   * Pictures decoded at once. The decoder computes in Node's thread pool, which has four threads
   * and writes files and looks up names as well, so at most half of them.
   */
  readonly threads?: number
  /** Pictures that may wait; beyond them a task is refused at once. */
  readonly maxQueue?: number
  /**
   * Longest time for one picture, waiting included: imgproxy's 10 s (its documentation,
   * 2026-11-20).
   */
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
 * Decodes with libvips in worker threads, which start when they are first needed. Only PNG, JPEG
 * and WebP of an allowed size get there: libvips reads many more formats, and those are nobody's
 * need.
 */
export function createSharpDecoder(limits: DecoderLimits = {}): ImageDecoder {
  const { threads = MAX_THREADS, maxQueue = MAX_QUEUE, timeLimitMs = TIME_LIMIT_MS } = limits
  const maxThreads = Math.max(1, Math.min(threads, availableParallelism()))
  const pool = new Piscina({
    filename: worker.href,
    minThreads: 0,
    maxThreads,
    idleTimeout: IDLE_MS,
    // What the process was started with is for the main thread; some of it workers would refuse.
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MB },
  })
  // A worker that dies is replaced, and its task rejects; without a listener the process would end.
  pool.on('error', () => undefined)
  const lane = new Lane(maxThreads, maxQueue)

  const run = async <Output>(name: TaskName, bytes: Uint8Array, more = {}): Promise<Output> => {
    const task = { ...toTask(bytes, timeLimitMs), ...more }
    const controller = new AbortController()
    const { signal } = controller
    let isTried = false
    const timer = setTimeout(() => {
      const text = `a picture took more than ${timeLimitMs} ms`
      controller.abort(isTried ? new Error(text) : busyError(text))
    }, timeLimitMs)
    try {
      return await lane.run(() => {
        signal.throwIfAborted()
        isTried = true
        // piscina 5.3 derives the type of this list in a way that fails with the types of Node 26.
        const transferList = [task.bytes.buffer] as never
        return pool.run(task, { name, signal, transferList })
      })
    } catch (error) {
      throw signal.aborted ? signal.reason : error
    } finally {
      clearTimeout(timer)
    }
  }

  return {
    grey: (bytes) => run<GreyPixels>('grey', bytes),
    measure: (bytes) => run<PictureMeasures>('measure', bytes),
    lettering: (bytes, kind) => run<Uint8Array>('lettering', bytes, { kind }),
    convert: (bytes, finishing) => run<Uint8Array>('convert', bytes, finishing),
    whiteMask: (bytes) => run<Uint8Array>('whiteMask', bytes),
    blackMask: (bytes) => run<Uint8Array>('blackMask', bytes),
    pixelDigest: (bytes) => run<string>('pixelDigest', bytes),
    look: (bytes) => run<PictureLook>('look', bytes),
    coverage: (bytes) => run<Coverage>('coverage', bytes),
    pad: (bytes, margins) => run<PaddedPicture>('pad', bytes, { margins }),
    close: async () => {
      lane.close()
      await pool.close({ force: true })
    },
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
