import { pageRpc } from "../app/page_rpc";

/** Give a product a star or take it. @returns whether it has one now */
export async function setFavourite(product_id, is_favourite) {
    const answer = await pageRpc("/my/channel/favourites/set", { product_id, is_favourite });
    return answer.is_favourite;
}
