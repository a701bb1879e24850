// Installs the generated surface: every operator as a function of `ops`, and as a method where it takes self.

import { type Operators, operatorTable } from './ops.generated.ts'
import { bind } from './overloads.ts'
import { Tensor } from './tensor.ts'

/** Every operator of the library by its camelCase name: `ops.conv2d(x, w, { stride: 2 })`. */
export const ops = {} as Operators

for (const [name, isMethod, ...fullNames] of operatorTable) {
  const operator = bind(name, fullNames)
  ;(ops as unknown as Record<string, unknown>)[name] = (...args: unknown[]) => operator(args)
  // What the class defines itself (item, backward, to, ...) stays as it is.
  if (isMethod && !(name in Tensor.prototype)) {
    Object.defineProperty(Tensor.prototype, name, {
      value(this: Tensor, ...args: unknown[]) {
        return operator([this, ...args])
      },
      writable: true,
      configurable: true,
    })
  }
}
