// Sine and cosine from additions and multiplications alone. ECMAScript leaves the last digits of Math.sin to the
// engine; a picture must not depend on them.

const TAU = 6.283185307179586

/** sin(2 pi t), t in turns; within 1e-7 of the true value. */
export function sineOfTurn(turn: number): number {
  let t = turn - Math.floor(turn + 0.5) // [-1/2, 1/2)
  if (t > 0.25) t = 0.5 - t
  else if (t < -0.25) t = -0.5 - t
  const x = TAU * t
  const q = x * x
  return (
    x * (1 - (q / 6) * (1 - (q / 20) * (1 - (q / 42) * (1 - (q / 72) * (1 - (q / 110) * (1 - q / 156))))))
  )
}

/** cos(2 pi t), t in turns. */
export function cosineOfTurn(turn: number): number {
  return sineOfTurn(turn + 0.25)
}
