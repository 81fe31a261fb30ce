/** What a model would read and a person would not see, such as letters without a shape, is written out. */
export const revealed = (text: string): string =>
  text.replace(/(?![\n\t])[\p{C}\p{Default_Ignorable_Code_Point}\u2028\u2029]/gu, (hidden) => `\\u{${hidden.codePointAt(0)!.toString(16)}}`);
