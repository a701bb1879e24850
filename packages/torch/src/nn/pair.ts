// A size along height and width: one number stands for both.

export type Pair = number | readonly [number, number]

export function pair(size: Pair): readonly [number, number] {
  return typeof size === 'number' ? [size, size] : size
}
