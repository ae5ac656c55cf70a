import type { ControlKind, UpscaleMode } from '../request/operation-details.ts'

/**
 * What a model's call for one operation takes and makes; an absent member is no limit. A call whose
 * limits differ by mode is two models.
 */
export interface OperationLimit {
  /** Whether the call needs words, may have them, or takes none; `optional` unless said. */
  readonly prompt?: 'required' | 'optional' | 'none'
  /** Pixels of the first input image. */
  readonly minInputPixels?: number
  readonly maxInputPixels?: number
  /** Pixels along an edge of the first input image. */
  readonly minInputEdge?: number
  readonly maxInputEdge?: number
  /** Longer edge over shorter edge of the first input image. */
  readonly maxInputRatio?: number
  /** Upscale: pixels of the largest picture it makes. */
  readonly maxOutputPixels?: number
  /** Upscale: it enlarges to `maxOutputPixels`, whatever the input. */
  readonly fillsOutput?: boolean
  /** Upscale: ways it enlarges in; must be named. */
  readonly modes?: readonly UpscaleMode[]
  /** Upscale: the factors it has; any factor when absent. */
  readonly scales?: readonly number[]
  readonly maxScale?: number
  /** Outpaint: pixels added at one side. */
  readonly maxExpand?: number
  /** Control: what its reference decides; must be named. */
  readonly kinds?: readonly ControlKind[]
  /** Control and style transfer: whether it can be told how much the reference counts. */
  readonly strength?: boolean
  /** Control: the picture has the size of the reference. */
  readonly keepsInputSize?: boolean
}
