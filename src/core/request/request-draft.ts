import type { Priority } from '../jobs/queue-place.ts'
import type { JsonObject } from '../json.ts'
import type { Complexity } from '../purpose/words.ts'
import type {
  CacheMode,
  GateRefusalMode,
  HedgeMode,
  ImageFormat,
  InputImage,
  Need,
  Operation,
  Reference,
  RefusalMode,
  RequestStrategy,
} from './image-request.ts'
import type { DetailsDraft } from './operation-details.ts'

/**
 * What a surface read from its caller, typed but not yet checked against each other. Null and
 * undefined both mean "not given", because OpenAI's clients send null for optional fields.
 */
export interface RequestDraft extends DetailsDraft {
  readonly operation: Operation
  readonly model?: string | null
  readonly prompt?: string | null
  readonly negativePrompt?: string | null
  readonly n?: number | null
  /** `auto` or `WIDTHxHEIGHT`. */
  readonly size?: string | null
  readonly aspect?: string | null
  readonly resolution?: string | null
  /** `auto`, `standard`, `hd` or a level. */
  readonly quality?: string | null
  readonly steps?: number | null
  readonly guidance?: number | null
  readonly seed?: number | null
  readonly style?: string | null
  readonly background?: string | null
  readonly format?: ImageFormat | null
  readonly compression?: number | null
  readonly moderation?: 'auto' | 'low' | null
  readonly inputFidelity?: 'low' | 'high' | null
  readonly images?: readonly InputImage[]
  /** Id of the picture of ours that is refined. */
  readonly refines?: string | null
  readonly mask?: InputImage | null
  /** Pictures that those of the request are to be like. */
  readonly references?: readonly Reference[] | null
  readonly referenceThreshold?: number | null
  readonly purpose?: string | null
  readonly category?: string | null
  readonly complexity?: Complexity | null
  /** `WIDTHxHEIGHT` in CSS pixels, with `@2` for two device pixels each. */
  readonly display?: string | null
  readonly floor?: number | null
  readonly brand?: string | null
  readonly baseline?: string | null
  readonly needs?: readonly Need[] | null
  readonly deadlineMs?: number | null
  /** Dollars, decimal. */
  readonly maxCost?: string | null
  readonly tags?: Readonly<Record<string, string>> | null
  readonly endUser?: string | null
  readonly group?: string | null
  /** Address that is told how the request ended. */
  readonly webhook?: string | null
  readonly consistent?: boolean | null
  readonly priority?: Priority | null
  /** A date and time with its zone (RFC 3339). */
  readonly notBefore?: string | null
  readonly strict?: boolean | null
  readonly cache?: CacheMode | null
  readonly cacheTtlMs?: number | null
  readonly cacheThreshold?: number | null
  readonly cancelOnDisconnect?: boolean | null
  readonly onPolicyRefusal?: RefusalMode | null
  readonly onGateRefusal?: GateRefusalMode | null
  readonly strategy?: RequestStrategy | null
  readonly hedge?: HedgeMode | null
  readonly stream?: boolean | null
  readonly partialImages?: number | null
  readonly providerOptions?: Readonly<Record<string, JsonObject>> | null
}
