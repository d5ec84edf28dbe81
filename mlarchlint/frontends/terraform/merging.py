"""Override files, merged as Terraform merges them.

An argument replaces the argument; blocks of a type replace all blocks of that type (a
`dynamic` block counts as the type it makes); `lifecycle` is merged argument by argument.
https://developer.hashicorp.com/terraform/language/files/override
"""

from __future__ import annotations

from dataclasses import replace

from mlarchlint.frontends.terraform.nodes import Block, Body

_MERGED_BLOCKS = ("lifecycle",)


def merge_blocks(base: Block, override: Block) -> Block:
    """The base block with what the override says; it stays where the base stands."""
    return replace(base, body=merge_bodies(base.body, override.body))


def merge_bodies(base: Body, override: Body) -> Body:
    replaced = {made_type(block) for block in override.blocks} | set(override.arguments)
    kept = [
        block for block in base.blocks if made_type(block) not in replaced or block.type in _MERGED_BLOCKS
    ]
    added = []
    for block in override.blocks:
        earlier = next((old for old in kept if old.type == block.type in _MERGED_BLOCKS), None)
        if earlier is None:
            added.append(block)
        else:
            kept[kept.index(earlier)] = merge_blocks(earlier, block)
    arguments = {name: a for name, a in base.arguments.items() if name not in replaced}
    return Body(
        {**arguments, **override.arguments},
        (*kept, *added),
        base.span,
        json=base.json or override.json,
    )


def made_type(block: Block) -> str:
    return block.labels[0] if block.type == "dynamic" and block.labels else block.type
