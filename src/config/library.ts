import { writeFile } from 'node:fs/promises'
import { GatewayError, invalid } from '../core/errors/gateway-error.ts'
import type { JsonObject } from '../core/json.ts'
import { dollarsFromNano } from '../core/money.ts'
import { checkStructure } from '../core/quality/image-header.ts'
import type { InputImage, Reference, Warning } from '../core/request/image-request.ts'
import { requestLimits } from '../core/request/limits.ts'
import { normaliseRequest } from '../core/request/normalise.ts'
import type { Operation } from '../core/request/operation.ts'
import type { DetailsDraft } from '../core/request/operation-details.ts'
import type { RequestDraft } from '../core/request/request-draft.ts'
import type { Caller } from '../gateway/dependencies.ts'
import { explainRoute, printRoute } from '../gateway/explain-route.ts'
import { storedReferences } from '../gateway/references.ts'
import type { DeliveredImage, GatewayResult } from '../gateway/result.ts'
import { providers as shippedProviders } from '../providers/registry.generated.ts'
import type { ProviderDefinition } from '../providers/shared/definition.ts'
import { type Flags, loadSettings } from './load.ts'
import { type Keeprate, openKeeprate } from './open-keeprate.ts'
import { createLog } from './plain-log.ts'
import type { ProviderSettings, Settings } from './schema.ts'

/** How a gateway inside your own process is set up; what is left out comes from the environment. */
export interface GatewayOptions {
  /** Folder of database and pictures. Default: `.keeprate` in the working folder. */
  readonly home?: string
  /** `postgres://…` instead of SQLite in `home`. */
  readonly databaseUrl?: string
  /** By provider's name, own servers with their `kind`; the vendors' variables count too. */
  readonly providers?: Readonly<Record<string, Partial<ProviderSettings>>>
  /** Which providers are emulated. Default: all when no provider has a key. */
  readonly sandbox?: Settings['sandbox']
  readonly sandboxSpeed?: number
  /** Model whose price is the list price of `auto`. */
  readonly baseline?: string
  readonly logLevel?: Settings['logLevel']
  /** Your own providers, made with `defineProvider`, beside the shipped ones. */
  readonly definitions?: readonly ProviderDefinition[]
  /** Default: `process.env`. */
  readonly environment?: Readonly<Record<string, string | undefined>>
}

/** A request in the library's words: everything but the input images is as in the HTTP API. */
export interface GenerateInput
  extends Omit<
    RequestDraft,
    'operation' | 'images' | 'mask' | 'references' | 'stream' | keyof DetailsDraft
  > {
  /**
   * What the pictures are to be like: files, ids of stored pictures (`img_…`), or `group:` and the
   * name of a group.
   */
  readonly references?: readonly (Uint8Array | string)[]
}

/** A request that starts from pictures. */
export interface EditInput extends GenerateInput, DetailsDraft {
  /** Complete PNG, JPEG or WebP files. */
  readonly images: readonly Uint8Array[]
  /** A PNG of the first image's size; transparent pixels are edited. */
  readonly mask?: Uint8Array
  /** An edit unless said; with a mask that is an inpaint. */
  readonly operation?: Exclude<Operation, 'generate'>
}

/** One picture of a result. */
export interface ResultImage {
  readonly id: string
  readonly bytes: Uint8Array
  readonly base64: string
  readonly format: string
  readonly width: number
  readonly height: number
  readonly revisedPrompt?: string
  /** Writes the bytes to a file. */
  save(path: string): Promise<void>
}

/** What a request gave. Money is a decimal string in dollars. */
export interface Result {
  readonly images: readonly ResultImage[]
  readonly cost: string
  readonly listCost?: string
  readonly saved?: string
  /** Spend of emulated providers; never mixed with real spend. */
  readonly isSimulated: boolean
  readonly provider: string
  readonly model: string
  readonly route: string
  readonly cache: string
  /** Where a draft was refined: what that came to beside both ways to do without; expected. */
  readonly drafts?: JsonObject
  readonly warnings: readonly Warning[]
  readonly requestId: string
}

/** What a call may have beside its request. */
export interface CallOptions {
  /**
   * Aborts when the pictures are not wanted any more: nothing more is bought then, and with
   * `cancelOnDisconnect` calls that run are given up.
   */
  readonly signal?: AbortSignal
}

/** A gateway inside your own process. */
export interface LocalGateway {
  generate(input: GenerateInput, options?: CallOptions): Promise<Result>
  /** An edit, or any other operation on pictures: `operation: 'upscale', scale: 4`. */
  edit(input: EditInput, options?: CallOptions): Promise<Result>
  variations(input: EditInput, options?: CallOptions): Promise<Result>
  /** What would be tried for a request now, and why; nothing is bought. */
  explain(input: GenerateInput | EditInput): Promise<JsonObject>
  /** Everything underneath, for tools that need more. */
  readonly keeprate: Keeprate
  close(): Promise<void>
}

/** Who pays for requests that come through the library or the CLI. */
export const LOCAL_CALLER: Caller = { keyId: 'key_local', tenant: 'default' }

/**
 * Opens a gateway in this process; no server is started.
 * @example
 * const gateway = await createGateway({ home: './images' })
 * const { images, cost } = await gateway.generate({ prompt: 'a lighthouse', model: 'auto' })
 * await images[0].save('lighthouse.png')
 * await gateway.close()
 */
export async function createGateway(options: GatewayOptions = {}): Promise<LocalGateway> {
  const { definitions = [], providers = {}, environment = process.env, ...flags } = options
  const all = [...shippedProviders, ...definitions]
  const { settings } = loadSettings({
    flags: flags as Flags,
    environment,
    folder: process.cwd(),
    kinds: all,
    own: providers,
  })
  const logLevel = options.logLevel ?? 'silent'
  const keeprate = await openKeeprate({ ...settings, logLevel }, createLog(logLevel), {
    definitions: all,
  })
  return openLocal(keeprate)
}

/** The library's surface over a running gateway. */
export function openLocal(keeprate: Keeprate): LocalGateway {
  const run = async (draft: RequestDraft, { signal }: CallOptions): Promise<Result> => {
    const watch = signal === undefined ? {} : { gone: signal }
    const result = await keeprate.gateway.generate(normaliseRequest(draft), LOCAL_CALLER, watch)
    try {
      return await toResult(result)
    } finally {
      result.release()
    }
  }
  const withLikes = async ({ references, ...rest }: GenerateInput) => ({
    ...rest,
    ...(references === undefined ? {} : { references: await likes(references, keeprate) }),
  })
  const withImages = async (operation: Operation, input: EditInput): Promise<RequestDraft> => {
    const { images, mask, ...rest } = input
    const kept: InputImage[] = []
    for (const [index, bytes] of images.entries()) {
      kept.push(await keep(bytes, `image[${index}]`, keeprate))
    }
    const keptMask = mask === undefined ? undefined : await keep(mask, 'mask', keeprate)
    return { ...(await withLikes(rest)), operation, images: kept, mask: keptMask }
  }
  return {
    generate: async (input, options = {}) =>
      run({ ...(await withLikes(input)), operation: 'generate' }, options),
    edit: async (input, options = {}) =>
      run(await withImages(input.operation ?? 'edit', input), options),
    variations: async (input, options = {}) => run(await withImages('variation', input), options),
    explain: async (input) => {
      const { deps } = keeprate.gateway
      const draft: RequestDraft =
        'images' in input
          ? await withImages(input.operation ?? 'edit', input)
          : { ...(await withLikes(input)), operation: 'generate' }
      return printRoute(await explainRoute(normaliseRequest(draft), LOCAL_CALLER, deps))
    },
    keeprate,
    close: () => keeprate.close(),
  }
}

/** Files go into the store, and names are looked up there. */
async function likes(
  references: readonly (Uint8Array | string)[],
  keeprate: Keeprate,
): Promise<readonly Reference[]> {
  const sent: Reference[] = []
  for (const [index, bytes] of references.entries()) {
    if (typeof bytes === 'string') continue
    const { digest, format } = await keep(bytes, `references[${index}]`, keeprate)
    sent.push({ digest, format })
  }
  const names = references.filter((each) => typeof each === 'string')
  const at = { tenant: LOCAL_CALLER.tenant, room: requestLimits.maxReferences - sent.length }
  return [...sent, ...(await storedReferences(names, at, keeprate.gateway.deps))]
}

async function keep(bytes: Uint8Array, param: string, keeprate: Keeprate): Promise<InputImage> {
  const { images, sha256 } = keeprate.gateway.deps
  if (bytes.length > requestLimits.maxImageBytes) {
    throw new GatewayError('image_too_large', `${param} is larger than 50 MB.`, { param })
  }
  const structure = checkStructure(bytes)
  if (!structure.ok) throw invalid(param, `${param} is no complete image (${structure.reason}).`)
  const { format, width, height, hasAlpha } = structure.header
  const digest = sha256(bytes)
  await images.put(digest, bytes)
  return { digest, format, width, height, hasAlpha, byteLength: bytes.length }
}

async function toResult(result: GatewayResult): Promise<Result> {
  const { listCostNano, savedNano } = result
  return {
    images: await Promise.all(result.images.map(toResultImage)),
    cost: dollarsFromNano(result.costNano),
    ...(listCostNano === undefined ? {} : { listCost: dollarsFromNano(listCostNano) }),
    ...(savedNano === undefined ? {} : { saved: dollarsFromNano(savedNano) }),
    isSimulated: result.book === 'simulated',
    provider: result.provider,
    model: result.model,
    route: result.route,
    cache: result.cache,
    ...(result.drafts === undefined ? {} : { drafts: result.drafts }),
    warnings: result.warnings,
    requestId: result.requestId,
  }
}

async function toResultImage(image: DeliveredImage): Promise<ResultImage> {
  const bytes = await image.load()
  const { id, format, width, height, revisedPrompt } = image.record
  return {
    id,
    bytes,
    get base64() {
      return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')
    },
    format,
    width,
    height,
    ...(revisedPrompt === undefined ? {} : { revisedPrompt }),
    save: (path) => writeFile(path, bytes),
  }
}
