import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, extname, join, resolve } from 'node:path'
import { Piscina } from 'piscina'
import type { Embedder } from '../../ports/embedder.ts'
import type { EmbedTask } from './embed-worker.ts'

/** Settings of an embedder that runs here. */
export interface OnnxSettings {
  /** Of a model for texts, or with `takesImages` for texts and pictures; see {@link files}. */
  readonly folder: string
  readonly takesImages?: boolean
  /** Longest wait for vectors; a text that takes longer has none. */
  readonly timeoutMs: number
  /** Finds a package, or throws. */
  readonly find?: (name: string) => unknown
}

/** Packages that run models; optional, because most gateways need none. */
const PACKAGES = ['onnxruntime-web', '@huggingface/tokenizers'] as const
/** Files without which there is no model. */
const files = {
  texts: ['tokenizer.json', 'tokenizer_config.json', 'onnx/model.onnx'],
  both: [
    ...['tokenizer.json', 'tokenizer_config.json', 'preprocessor_config.json'],
    ...['onnx/text_model.onnx', 'onnx/vision_model.onnx'],
  ],
} as const
/** Texts that may wait: one takes some ten milliseconds. */
const MAX_QUEUE = 64
/** A model that nobody asks gives its memory back after this; loading takes about a second. */
const IDLE_MS = 10 * 60_000

const worker = new URL(`./embed-worker${extname(import.meta.url)}`, import.meta.url)

/**
 * Makes vectors of texts, and of pictures where the model can, in a worker thread, with a model
 * that lies in a folder as Hugging Face lays models out. WebAssembly, one thread: nothing is
 * installed beside packages, nothing fetched.
 * @throws Error that says what is missing: a package, or a file of the folder.
 */
export function createOnnxEmbedder(settings: OnnxSettings): Embedder {
  const { timeoutMs, takesImages = false, find = createRequire(import.meta.url).resolve } = settings
  const folder = resolve(settings.folder)
  checkPackages(find)
  const id = `${basename(folder)}@${digestOf(folder, files[takesImages ? 'both' : 'texts'])}`
  const file = takesImages ? 'onnx/text_model.onnx' : 'onnx/model.onnx'
  const pool = new Piscina<EmbedTask, readonly Float32Array[]>({
    filename: worker.href,
    ...{ name: 'embed', minThreads: 0, maxThreads: 1, maxQueue: MAX_QUEUE },
    ...{ idleTimeout: IDLE_MS, execArgv: [] },
  })
  // A worker that dies is replaced, and its task rejects; without a listener the process would end.
  pool.on('error', () => undefined)
  return {
    ...{ id, takesImages, isSimulated: false },
    account: `embedder/${basename(folder)}`,
    ceilingNano: 0n,
    embed: async (inputs, signal) => {
      if (!takesImages && inputs.some((input) => 'image' in input)) {
        return failed(`${id} takes no pictures`)
      }
      const plain = inputs.map((input) => ('text' in input ? input.text : input.image.bytes))
      const late = AbortSignal.timeout(timeoutMs)
      const stop = signal === undefined ? late : AbortSignal.any([late, signal])
      try {
        // The work goes on when nobody waits: a thread that is ended would load its model again.
        const vectors = await orAbort(pool.run({ folder, file, inputs: plain }), stop)
        return { ok: true, vectors, costNano: 0n }
      } catch (error) {
        return failed(late.aborted ? `no vector in ${timeoutMs} ms` : wordsOf(error))
      }
    },
  }
}

const failed = (reason: string) => ({ ok: false, reason, costNano: 0n }) as const

const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

const orAbort = <Value>(work: Promise<Value>, signal: AbortSignal): Promise<Value> =>
  new Promise((done, fail) => {
    const leave = () => fail(signal.reason)
    if (signal.aborted) leave()
    signal.addEventListener('abort', leave, { once: true })
    work.then(done, fail).finally(() => signal.removeEventListener('abort', leave))
  })

function checkPackages(find: (name: string) => unknown): void {
  const missing = PACKAGES.filter((name) => {
    try {
      find(name)
      return false
    } catch {
      return true
    }
  })
  if (missing.length === 0) return
  throw new Error(`A model in a folder needs packages: npm install ${missing.join(' ')}`)
}

/** Vectors of other files cannot be compared, so their content is part of the name. */
function digestOf(folder: string, names: readonly string[]): string {
  const hash = createHash('sha256')
  for (const name of names) {
    try {
      hash.update(readFileSync(join(folder, name)))
    } catch {
      throw new Error(`${folder} has no ${name}; it must hold ${names.join(', ')}`)
    }
  }
  return hash.digest('hex').slice(0, 12)
}
