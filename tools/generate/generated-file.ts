/** A file whose whole content follows from other files of the repository. */
export interface GeneratedFile {
  /** Path from the root, with `/`. */
  readonly path: string
  readonly content: string
}

/**
 * Says what a file should hold, and writes nothing. Generators of code read the folders at `root`;
 * those of documentation ask the code beside them, so they take no root.
 */
export type Generator = (root: string) => GeneratedFile | Promise<GeneratedFile>
