// Files that the build puts in as text.
declare module "*.template" {
  const text: string;
  export default text;
}

declare module "*.Caddyfile" {
  const text: string;
  export default text;
}
