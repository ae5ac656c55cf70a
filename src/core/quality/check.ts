import type { z } from 'zod'
import type { Size } from '../request/image-request.ts'
import type { StructureReport } from './image-structure.ts'
import type { JudgeAnswer } from './judge-answer.ts'
import type { PictureMeasures } from './measures/measure-picture.ts'
import type { PictureHash } from './measures/picture-hash.ts'
import type { ValueSketch } from './value-sketch.ts'
import type { Verdict } from './verdict.ts'

/** Vectors of one model: of the picture, of the prompt, and of the brand's reference pictures. */
export interface PictureEmbedding {
  readonly picture: ArrayLike<number>
  readonly prompt?: ArrayLike<number>
  readonly references: readonly ArrayLike<number>[]
}

/** What checks look at, from the cheapest to come by to the dearest. */
export interface Evidence {
  /** Bytes of the file, walked to the trailer. Microseconds. */
  readonly header: StructureReport
  /** Pixels, decoded and measured in a worker. Some ten milliseconds. */
  readonly pixels: PictureMeasures
  /** What a text reader read, once for each way of reading. About a second. */
  readonly text: readonly string[]
  /** Costs money or a local model. */
  readonly embedding: PictureEmbedding
  /** Costs money and seconds. */
  readonly judge: JudgeAnswer
}
/** A kind of {@link Evidence}; checks run in this order. */
export type Need = keyof Evidence

/** What the picture was to be, and what is known of others of its kind. */
export interface Expectation {
  readonly prompt: string
  /** What the provider was asked for; absent when that leaves the size open. */
  readonly size?: Size
  readonly isTransparent: boolean
  /** Texts that must stand in the picture. */
  readonly literals: readonly string[]
  /** Doubts count against the picture. */
  readonly isCritical: boolean
  /** Sharpness of earlier pictures of the purpose. */
  readonly sharpness?: ValueSketch
  /** The other pictures of the same answer. */
  readonly shown?: readonly PictureHash[]
}

/** One check: pure, quick, and about one thing. */
export interface Check<
  Name extends string = string,
  Needed extends Need = Need,
  Shape extends z.ZodRawShape = z.ZodRawShape,
> {
  readonly name: Name
  readonly needs: Needed
  /** One sentence for the documentation. */
  readonly summary: string
  /** Members of its settings; all that can have a default have one. */
  readonly settings: Shape
  run(
    evidence: Evidence[Needed],
    expectation: Expectation,
    settings: z.output<z.ZodObject<Shape>>,
  ): Verdict
}

/** Declares a check; gives it its type and nothing else. */
export const defineCheck = <Name extends string, Needed extends Need, Shape extends z.ZodRawShape>(
  check: Check<Name, Needed, Shape>,
): Check<Name, Needed, Shape> => check
