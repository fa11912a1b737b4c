/** The text of a style sheet, made small by the build. */
declare module '*.css' {
  const text: string;
  export default text;
}
