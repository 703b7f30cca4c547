export { AdvancedPage } from "./advanced-page.tsx";
export { BasicsPage } from "./basics-page.tsx";
export { SocialsPage } from "./socials-page.tsx";
