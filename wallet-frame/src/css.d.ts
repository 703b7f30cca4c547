/** Style sheets are the bundler's; the compiler only learns that they may be imported. */
declare module "*.css";
