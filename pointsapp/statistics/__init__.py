"""Statistics 统计: counted by area and period at a fixed cut-off, adding up from grid to district; and the street's big screen."""
